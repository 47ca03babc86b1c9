// The configurations that hold for the files of one run.
import type { CallModel } from '../analysis/knowledge/calls.js';
import { defaults, loadConfig, nearestConfig, type Config, type ConfigProblem } from './config.js';
import type { Program } from './programs.js';

/** Each configuration is read once, and the search of a folder is remembered. */
export class Configs {
  readonly problems: ConfigProblem[] = [];
  private readonly loaded = new Map<string, Config>();
  private readonly nearest = new Map<string, Config>();

  constructor(
    private readonly ruleIds: readonly string[],
    private readonly forced: string | null,
  ) {}

  above(folder: string): Config {
    const known = this.nearest.get(folder);
    if (known !== undefined) return known;
    const path = this.forced ?? nearestConfig(folder);
    const config = path === null ? defaults : this.load(path);
    this.nearest.set(folder, config);
    return config;
  }

  programs(): readonly Program[] {
    return [...this.loaded.values()].flatMap(({ programs }) => programs);
  }

  /** The rows of all that was read: the engine looks at all files together. The first of two for one name holds. */
  models(): ReadonlyMap<string, CallModel> {
    return new Map([...this.loaded.values()].reverse().flatMap(({ models }) => [...models]));
  }

  private load(path: string): Config {
    const known = this.loaded.get(path);
    if (known !== undefined) return known;
    const { config, problems } = loadConfig(path, this.ruleIds);
    this.problems.push(...problems);
    this.loaded.set(path, config);
    return config;
  }
}
