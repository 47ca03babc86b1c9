// Compares what the engine says about a fixture with what the fixture's comments ask for, in both directions.
// Silence is the default for the rules that the fixture is about; `good_*` functions are free of errors under all rules.
import type { Finding, Gap, Located } from '../analysis/finding.js';
import type { SourceFile } from '../analysis/lint.js';
import type { Expectation, ExpectedGap, Problem } from './want.js';

export interface Comparison {
  readonly files: readonly SourceFile[];
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
  readonly expectations: readonly Expectation[];
  /** With one of them, every gap must be asked for. */
  readonly expectedGaps: readonly ExpectedGap[];
  /** Rules about which every finding must be asked for. */
  readonly own: ReadonlySet<string>;
  /** Those of them whose findings must have their stories told in full, note by note. */
  readonly told: ReadonlySet<string>;
  /** Functions that must be free of errors of whatever rule. */
  readonly isGood: (name: string | null) => boolean;
}

/** The problems in the order of their lines; none when the fixture holds. */
export function compare(comparison: Comparison): readonly Problem[] {
  const excerpt = excerpts(comparison.files);
  const { answered, problems } = matchFindings(comparison, excerpt);
  return [
    ...problems,
    ...matchNotes(comparison, answered, excerpt),
    ...unwelcome(comparison, answered, excerpt),
    ...matchGaps(comparison),
  ].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** The first line of a range's text, without the white space at its end. */
type Excerpt = (where: Located) => string;

function excerpts(files: readonly SourceFile[]): Excerpt {
  const lines = new Map(files.map(({ path, text }) => [path, text.split('\n')]));
  return ({ file, range }) => {
    const line = lines.get(file)?.[range.start.line - 1] ?? '';
    const end = range.end.line === range.start.line ? range.end.column - 1 : line.length;
    return line.slice(range.start.column - 1, end).trimEnd();
  };
}

type Answered = ReadonlyMap<Finding, Expectation>;

/** Each finding answers one comment; the most exact comments choose first. */
function matchFindings({ findings, expectations }: Comparison, excerpt: Excerpt) {
  const answered = new Map<Finding, Expectation>();
  const problems: Problem[] = [];
  const asked = expectations.filter(({ verb }) => verb !== 'note').sort((a, b) => exactness(b) - exactness(a));
  for (const expectation of asked) {
    const { rule, file, line, writtenOn } = expectation;
    const candidates = findings.filter((one) => one.rule === rule && !answered.has(one));
    const finding = candidates.find((one) => fits(expectation, one, excerpt));
    if (finding) answered.set(finding, expectation);
    const near = candidates.find((one) => one.file === file && one.range.start.line === line);
    const message = verdict(expectation, finding !== undefined, near ? describe(near, excerpt) : null);
    if (message !== null) problems.push({ file, line: writtenOn, message });
  }
  return { answered, problems };
}

function exactness({ verb, at, part }: Expectation): number {
  return (verb === 'want' ? 4 : 0) + (at === null ? 0 : 2) + (part === null ? 0 : 1);
}

function fits({ file, line, at, part }: Expectation, what: Located & { message: string }, excerpt: Excerpt): boolean {
  if (what.file !== file || what.range.start.line !== line) return false;
  return (at === null || excerpt(what) === at) && (part === null || what.message.includes(part));
}

function verdict(expectation: Expectation, isFound: boolean, near: string | null): string | null {
  const { verb, rule } = expectation;
  if (verb === 'missing') return isFound ? `'${rule}' is found now; turn 'missing' into 'want'` : null;
  if (isFound) return null;
  if (verb === 'spurious') return `'${rule}' is no longer found; delete 'spurious'`;
  return `'${rule}' is not found here${wish(expectation)}${near === null ? '' : `; on this line is ${near}`}`;
}

function wish({ at, part }: Expectation): string {
  return `${at === null ? '' : ` at "${at}"`}${part === null ? '' : ` "${part}"`}`;
}

function describe(what: Located & { readonly message: string }, excerpt: Excerpt): string {
  return `at "${excerpt(what)}" "${what.message}"`;
}

function matchNotes({ findings, expectations, told }: Comparison, answered: Answered, excerpt: Excerpt) {
  const asked = expectations.filter(({ verb }) => verb === 'note');
  const seen = new Set<Expectation>();
  // Two findings may share a step of their stories; it is one problem, and one comment answers it.
  const problems = new Map<string, Problem>();
  for (const finding of findings) {
    for (const note of finding.notes) {
      const fitting = asked.filter((one) => one.rule === finding.rule && fits(one, note, excerpt));
      fitting.forEach((one) => seen.add(one));
      // Only the story of a wanted finding has to be told in full.
      if (fitting.length > 0 || !told.has(finding.rule) || answered.get(finding)?.verb !== 'want') continue;
      const problem = { ...place(note), message: `unexpected note of ${finding.rule}: ${describe(note, excerpt)}` };
      problems.set(JSON.stringify(problem), problem);
    }
  }
  const unanswered = asked
    .filter((one) => !seen.has(one))
    .map((one) => ({ file: one.file, line: one.writtenOn, message: `no note of '${one.rule}' here${wish(one)}` }));
  return [...problems.values(), ...unanswered];
}

/** Each gap answers one comment. */
function matchGaps({ gaps, expectedGaps }: Comparison): readonly Problem[] {
  if (expectedGaps.length === 0) return [];
  const open = new Set(gaps);
  const unanswered = expectedGaps.flatMap(({ file, line, writtenOn, part }) => {
    const here = [...open].filter((gap) => gap.file === file && gap.range.start.line === line);
    const gap = here.find(({ reason }) => reason.includes(part));
    if (gap && open.delete(gap)) return [];
    const [near] = here;
    return [{ file, line: writtenOn, message: `no gap here "${part}"${near ? `; there is "${near.reason}"` : ''}` }];
  });
  const unasked = [...open].map((gap) => ({ ...place(gap), message: `unexpected gap: "${gap.reason}"` }));
  return [...unanswered, ...unasked];
}

function unwelcome(comparison: Comparison, answered: Answered, excerpt: Excerpt): readonly Problem[] {
  return comparison.findings
    .filter((one) => !answered.has(one))
    .filter((one) => comparison.own.has(one.rule) || (one.severity === 'error' && comparison.isGood(one.function)))
    .map((one) => {
      const where = one.function === null ? '' : ` in ${one.function}`;
      return { ...place(one), message: `unexpected ${one.severity} ${one.rule}${where}: ${describe(one, excerpt)}` };
    });
}

function place({ file, range }: Located): { file: string; line: number } {
  return { file, line: range.start.line };
}
