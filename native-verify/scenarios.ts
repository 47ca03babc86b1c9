// Finds the scenario of a rule by its name: the file of that name in `scenarios/`. Nothing is registered by hand.
import { readdirSync } from 'node:fs';
import type { Scenario } from './scenario.js';

const folder = new URL('./scenarios/', import.meta.url);

/** The rules that have a scenario, in order. */
export function scenarioNames(): readonly string[] {
  return files().map((file) => file.replace(/\.[jt]s$/u, ''));
}

export async function scenarioOf(rule: string): Promise<Scenario | null> {
  const file = files().find((one) => one.replace(/\.[jt]s$/u, '') === rule);
  if (file === undefined) return null;
  const loaded: unknown = await import(new URL(file, folder).href);
  const scenario = typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : null;
  if (!isScenario(scenario)) throw new Error(`${file} has no scenario as its default export`);
  return scenario;
}

function files(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /^[a-z0-9-]+\.[jt]s$/u.test(name))
    .sort();
}

function isScenario(value: unknown): value is Scenario {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['acts', 'stage', 'relation'].every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
