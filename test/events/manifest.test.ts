import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mappers, subscribedEvents } from '../../src/events/registry.ts';

const manifest = readFileSync('app.yml', 'utf8');
const section = (name: string) => new RegExp(`^${name}:\n((?: .*\n|\n)*)`, 'm').exec(manifest)?.[1] ?? '';

describe('the manifest of the GitHub App', () => {
  it('subscribes to the events that have a mapper', () => {
    const events = [...section('default_events').matchAll(/^ {2}- (\w+)$/gm)].map((match) => match[1] ?? '');
    expect(events.length).toBeGreaterThan(20);
    expect(events).toEqual([...subscribedEvents].toSorted());
  });

  it('leaves out the events that GitHub sends without being asked', () => {
    const unasked = Object.keys(mappers).filter((name) => !subscribedEvents.includes(name));
    expect(unasked.toSorted()).toEqual([
      'github_app_authorization',
      'installation',
      'installation_repositories',
      'installation_target',
      'ping',
    ]);
  });

  it('gives each permission its reason, and writes nothing but check runs', () => {
    const lines = section('default_permissions').trimEnd().split('\n');
    const permissions = lines.filter((line) => !line.trim().startsWith('#'));
    expect(permissions.filter((line) => line.endsWith('write'))).toEqual(['  checks: write']);
    const unreasoned = permissions.filter((line) => !/^ {2}# .+\.$/.test(lines[lines.indexOf(line) - 1] ?? ''));
    expect(unreasoned).toEqual([]);
  });
});
