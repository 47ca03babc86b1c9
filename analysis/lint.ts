// The one pure function that every driver calls: texts in, findings out.
import type { CallModel } from './knowledge/calls.js';
import { CALLS, MARKS } from './knowledge/calls.js';
import type { Build } from './build.js';
import type { Failure, Finding, Gap, LintResult } from './finding.js';
import { openIndex, type LinkedFunction } from './link/link.js';
import type { Parser } from './text/parse.js';
import { buildProject, type Project } from './project.js';
import { settingOf } from './text/setting.js';
import type { Report, Rule } from './rule.js';

export interface SourceFile {
  /** As it is to be printed: relative to the working folder. */
  readonly path: string;
  readonly text: string;
}

export function lint(
  files: readonly SourceFile[],
  rules: readonly Rule[],
  parser: Parser,
  options: { readonly models?: ReadonlyMap<string, CallModel>; readonly build?: Build } = {},
): LintResult {
  const failures: Failure[] = [];
  const models = options.models ?? new Map<string, CallModel>();
  const analysed = files.filter((file) => namesKnownCall(file.text, models)).map((file) => file.path);
  const marked = new Set(analysed);
  if (marked.size === 0) return { findings: [], gaps: [], analysed, failures };
  const project = guarded(analysed[0] ?? '', null, failures, () =>
    projectOf(files, parser, models, (path) => marked.has(path), options.build),
  );
  if (!project) return { findings: [], gaps: [], analysed, failures };
  const findings = rules.flatMap((rule) => findingsOf(rule, project, failures));
  return {
    findings: yielded(findings, rules).sort(byPlace),
    gaps: [...project.gaps()].sort(byPlace),
    analysed,
    failures: [...failures, ...project.index.failures()],
  };
}

/** All that the engine believes of these files. */
export function projectOf(
  files: readonly SourceFile[],
  parser: Parser,
  models: ReadonlyMap<string, CallModel>,
  isMarked: (path: string) => boolean,
  build: Build = [],
): Project {
  const setting = build.length === 0 ? null : settingOf(files, build);
  const index = openIndex(files, parser, models, isMarked, setting);
  // Findings quote what stands in the file; only places in what is read beside the files are looked up in the setting.
  return buildProject(index, new Map([...(setting?.texts ?? []), ...files].map(({ path, text }) => [path, text])));
}

const KNOWN = new RegExp(`\\b(${[...CALLS.keys()].filter((name) => MARKS.has(name)).join('|')})\\s*\\(`);

export function namesKnownCall(text: string, models: ReadonlyMap<string, CallModel> = new Map()): boolean {
  return KNOWN.test(text) || [...models.keys()].some((name) => text.includes(name));
}

function guarded<T>(file: string, rule: string | null, failures: Failure[], run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    failures.push({ file, rule, error: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

function findingsOf(rule: Rule, project: Project, failures: Failure[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const { fn, reports } of questionsOf(rule, project)) {
    for (const report of guarded(fn.facts.file, rule.id, failures, () => [...reports()]) ?? []) {
      const finding = findingOf(rule, report, project);
      const key = `${finding.file}:${finding.range.start.line}:${finding.range.start.column}`;
      const known = found.get(key);
      if (!known || rank(finding.severity) < rank(known.severity)) found.set(key, finding);
    }
  }
  return [...found.values()];
}

interface Question {
  readonly fn: LinkedFunction;
  readonly reports: () => Iterable<Report>;
}

function questionsOf(rule: Rule, project: Project): readonly Question[] {
  if ('naming' in rule)
    return project.tests(rule.naming).map((test) => ({ fn: test.fn, reports: () => rule.judge(test, project) }));
  return project.subjects(rule.over).map((call) => ({ fn: call.fn, reports: () => rule.check(call, project) }));
}

function rank(severity: Finding['severity']): number {
  return severity === 'error' ? 0 : severity === 'warning' ? 1 : 2;
}

function findingOf(rule: Rule, report: Report, project: Project): Finding {
  const { fn, span } = report.at;
  const notes = report.witness.map((step) => ({ ...project.locate(step.fn, step.span), message: step.message }));
  return {
    rule: rule.id,
    severity: report.severity ?? rule.severity,
    ...project.locate(fn, span),
    function: fn.facts.name,
    message: report.message,
    hint: report.hint,
    assumes: report.assumes ?? null,
    notes,
    specimen: report.specimen,
    fix: report.fix ?? null,
    statement: squeezed(project.text(fn, span)),
  };
}

/** White space and comments squeezed, so that reformatting changes no fingerprint. */
function squeezed(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** One defect, one finding: a rule is silent where one that it yields to reports. */
function yielded(findings: readonly Finding[], rules: readonly Rule[]): Finding[] {
  const yields = new Map(rules.map((rule) => [rule.id, rule.yieldsTo ?? []]));
  const at = (f: Finding, rule: string): string => `${rule} ${f.file} ${f.range.start.line}`;
  const taken = new Set(findings.map((f) => at(f, f.rule)));
  return findings.filter((f) => !(yields.get(f.rule) ?? []).some((other) => taken.has(at(f, other))));
}

function byPlace(a: Finding | Gap, b: Finding | Gap): number {
  const rule = 'rule' in a && 'rule' in b ? (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0) : 0;
  return (
    (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
    a.range.start.line - b.range.start.line ||
    a.range.start.column - b.range.start.column ||
    rule
  );
}
