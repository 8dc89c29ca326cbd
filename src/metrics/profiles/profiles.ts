import { datadog } from './datadog.ts';
import { devlake, devlake2021 } from './devlake.ts';
import { fourKeys } from './four-keys.ts';
import { middleware } from './middleware.ts';
import type { Profile } from './profile.ts';

export const profiles = {
  devlake,
  'devlake-2021': devlake2021,
  'four-keys': fourKeys,
  middleware,
  datadog,
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof profiles;
export const profileNames = Object.keys(profiles) as [ProfileName, ...ProfileName[]];
