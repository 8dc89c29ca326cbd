import type { Entity, EntityName } from '../entity.ts';
import { pullRequests } from './pull-requests.ts';

/** Every entity that can be read, by its name. */
export const entityOf: Readonly<Partial<Record<EntityName, Entity>>> = { pull_requests: pullRequests };
