// The engine's own picture of some paths, before any rule looks at it: for the commands that explain what is believed.
import { dirname, resolve } from 'node:path';
import { namesKnownCall, projectOf } from '../analysis/lint.js';
import { loadParser, type Parser } from '../analysis/text/parse.js';
import type { Project } from '../analysis/project.js';
import { compiledAs } from './compile-commands.js';
import { ruleTexts } from './rule-texts.js';
import { Configs } from './configs.js';
import { readTexts, shownProblem, type Problem } from './lint-paths.js';
import type { Gap } from '../analysis/finding.js';

export interface EngineOptions {
  readonly folder?: string;
  /** A configuration for all files, in place of the nearest of each; its models hold. */
  readonly config?: string;
  /** A compile database, or its folder, in place of the nearest of each file. */
  readonly compileCommands?: string;
  readonly parser?: Parser;
  /** Looked at even where linting would skip it, since no known call is in it. */
  readonly always?: string;
}

export interface EngineView {
  readonly project: Project;
  /** Files and folders that cannot be read. */
  readonly unread: readonly Gap[];
  readonly problems: readonly Problem[];
}

export async function lookAt(paths: readonly string[], options: EngineOptions = {}): Promise<EngineView> {
  const folder = resolve(options.folder ?? '.');
  const { texts, problems, unread } = readTexts(paths, folder);
  const ids = ruleTexts().map(({ id }) => id);
  const configs = new Configs(ids, options.config === undefined ? null : resolve(folder, options.config));
  for (const { absolute } of texts) configs.above(dirname(absolute));
  const parser = options.parser ?? (await loadParser());
  const isMeant = new Set(
    texts.flatMap(({ path, text }) => (namesKnownCall(text) || path === options.always ? [path] : [])),
  );
  const named = options.compileCommands === undefined ? null : resolve(folder, options.compileCommands);
  const compiled = compiledAs(texts, { folder, named, isWhole: false });
  const wrong = [...configs.problems, ...compiled.problems];
  return {
    project: projectOf(texts, parser, configs.models(), (path) => isMeant.has(path), compiled.build),
    unread,
    problems: [...problems, ...wrong.map((problem) => shownProblem(problem, folder))],
  };
}
