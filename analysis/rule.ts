// The contract between the engine and the rules: a constant value and one pure function.
import type { Fix, Severity, Specimen } from './finding.js';
import type { Where } from './paths/event.js';
import type { Over, Project, Subject, Test } from './project.js';

export type Evidence = { readonly scenario: string } | { readonly sanitizer: 'address' } | { readonly none: string };

export interface RuleText {
  /** Equals the file name; reads well after "allow". */
  readonly id: string;
  /** One line, lower case, no full stop. */
  readonly summary: string;
  /** The ceiling; a finding may be lower and then says what it assumes. */
  readonly severity: Severity;
  /** Markdown: what the kernel does, what the user then sees. */
  readonly why: string;
  /** `epoll(7)`. */
  readonly references: readonly string[];
  readonly evidence: Evidence;
}

/** A step of a finding's story, made by the engine from the path that shows it. */
export interface WitnessStep extends Where {
  readonly message: string;
}

export interface Report {
  readonly at: Where;
  /** What this code does: lower case, no full stop, names in single quotes, no line numbers. */
  readonly message: string;
  /** What to do instead: one imperative sentence. */
  readonly hint: string;
  readonly witness: readonly WitnessStep[];
  readonly specimen: Specimen;
  /** Lower than the rule's, and then with what it assumes. */
  readonly severity?: Severity;
  readonly assumes?: string;
  readonly fix?: Fix;
}

/** A rule judges one call at a time, or one condition or value in the functions in which a word stands. */
export type Rule = CallRule | TestRule;

interface CallRule extends Judging {
  readonly over: Over | readonly Over[];
  check(subject: Subject, project: Project): Iterable<Report>;
}

interface TestRule extends Judging {
  readonly naming: readonly string[];
  judge(test: Test, project: Project): Iterable<Report>;
}

interface Judging extends RuleText {
  /** One defect, one finding: where these rules report the same place, this one is silent. */
  readonly yieldsTo?: readonly string[];
}
