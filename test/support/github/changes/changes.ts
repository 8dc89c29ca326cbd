import type { Hook } from '../hook/hook.ts';
import type { Truth } from '../truth/truth.ts';
import { CheckChanges } from './check-changes.ts';
import { DeliveryChanges } from './delivery-changes.ts';
import { GitChanges } from './git-changes.ts';
import { InstallationChanges } from './installation-changes.ts';
import { IssueChanges } from './issue-changes.ts';
import { PullChanges } from './pull-changes.ts';
import { RepositoryChanges } from './repository-changes.ts';
import { TeamChanges } from './team-changes.ts';
import { World } from './world.ts';

/** Everything that can happen at this GitHub, by what it happens to. Each change resolves when its webhooks are dealt with. */
export interface Changes {
  readonly world: World;
  readonly git: GitChanges;
  readonly pulls: PullChanges;
  readonly checks: CheckChanges;
  readonly issues: IssueChanges;
  readonly deliveries: DeliveryChanges;
  readonly teams: TeamChanges;
  readonly repositories: RepositoryChanges;
  readonly installations: InstallationChanges;
}

export function createChanges(truth: Truth, hook: Hook): Changes {
  const world = new World(truth, hook);
  const git = new GitChanges(world);
  return {
    world,
    git,
    pulls: new PullChanges(world, git),
    checks: new CheckChanges(world, git),
    issues: new IssueChanges(world),
    deliveries: new DeliveryChanges(world, git),
    teams: new TeamChanges(world),
    repositories: new RepositoryChanges(world),
    installations: new InstallationChanges(world),
  };
}
