import type { Entity } from '../entity.ts';
import { readHistoryPage } from './api-history.ts';

/** The commits of the default branch. */
export const commits: Entity = { name: 'commits', permission: 'contents', readPage: readHistoryPage };
