export const planNames = ['free', 'pro', 'business', 'enterprise'] as const;
export type PlanName = (typeof planNames)[number];

export interface PlanLimits {
  /** How many repositories are followed; null: any number. */
  readonly repositories: number | null;
  /** How many members there may be before nobody can be invited; null: any number. */
  readonly members: number | null;
}

const limits: Readonly<Record<PlanName, PlanLimits>> = {
  free: { repositories: 3, members: 5 },
  pro: { repositories: 10, members: 15 },
  business: { repositories: 50, members: 50 },
  enterprise: { repositories: null, members: null },
};

/** Whoever runs Shiplog for themselves is not limited, unless they say so. */
export const DEFAULT_PLAN: PlanName = 'enterprise';

export function isPlan(name: string): name is PlanName {
  return planNames.some((plan) => plan === name);
}

/** @param plan as it is stored; one that is not known limits nothing, so that nothing is held back by mistake */
export function limitsOf(plan: string): PlanLimits {
  return limits[isPlan(plan) ? plan : 'enterprise'];
}
