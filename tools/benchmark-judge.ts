// Holds findings against hand labels: which of them are right, which wrong, and what nobody found.
// A finding answers a label of its hazard within two lines, or in the same function where that is the only such label.
import type { Finding, Gap } from '../analysis/finding.js';
import type { Hazards, Judgement, Label } from './benchmark-labels.js';

/** What is known of one tree: a repository at a commit. Paths are those of the tree. */
export interface Tree {
  /** Of files that are judged; the others are not here. */
  readonly labels: readonly Label[];
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
  readonly isExhaustive: (path: string) => boolean;
  /** Some name for the function around a line, unique within the tree; null outside of functions. */
  readonly functionAt: (path: string, line: number) => string | null;
}

/**
 * `again` is one more report of a defect that another report has answered, or whose story leads through a labelled one;
 * `unlabelled` is one that nobody has judged.
 */
export type OutcomeKind = 'true' | 'false' | 'style-risk' | 'again' | 'unlabelled' | 'missed';

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly rule: string;
  /** Null for what was missed. */
  readonly finding: Finding | null;
  readonly label: Label | null;
  /** Why a missed one could not be seen, where the engine said so of its function. */
  readonly gap: Gap | null;
}

export function judge(tree: Tree, hazards: Hazards): readonly Outcome[] {
  const answers = new Answers(tree, hazards);
  answers.byLine();
  answers.bySameDefect();
  answers.byFunction();
  answers.byStory();
  return [...tree.findings.map((finding) => found(finding, answers, tree, hazards)), ...missed(answers, tree, hazards)];
}

const NEAR = 2;

interface Pair {
  readonly finding: Finding;
  readonly label: Label;
  readonly distance: number;
}

/** Which finding answers which label; the surer ways of matching come first, and take their labels with them. */
class Answers {
  readonly first = new Map<Label, Finding>();
  readonly of = new Map<Finding, Label>();
  private readonly pairs: readonly Pair[];

  constructor(
    private readonly tree: Tree,
    private readonly hazards: Hazards,
  ) {
    this.pairs = tree.findings
      .flatMap((finding) =>
        tree.labels.filter((label) => this.speaksOf(finding, label)).map((label) => pair(finding, label)),
      )
      .sort((a, b) => a.distance - b.distance || WEIGHT[a.label.verdict] - WEIGHT[b.label.verdict]);
  }

  /** One finding for one label, the nearest first. */
  byLine(): void {
    for (const { finding, label, distance } of this.pairs) {
      if (distance <= NEAR && !this.of.has(finding) && !this.first.has(label)) this.take(finding, label);
    }
  }

  bySameDefect(): void {
    for (const { finding, label, distance } of this.pairs) {
      if (distance <= NEAR && !this.of.has(finding)) this.take(finding, label);
    }
  }

  byFunction(): void {
    const usable = this.pairs.filter((one) => this.shareFunction(one) && this.isPlaceEnough(one.label));
    for (const isFree of [true, false]) {
      for (const { finding, label } of usable) {
        if (!this.of.has(finding) && this.first.has(label) !== isFree) this.take(finding, label);
      }
    }
  }

  /** A helper that drops a result and its caller that does so too are one defect, told by one story. */
  byStory(): void {
    for (const finding of this.tree.findings.filter((one) => !this.of.has(one))) {
      const label = this.tree.labels.find(
        (one) =>
          one.verdict === 'true-bug' &&
          this.hazards.rulesOf(one.hazard).includes(finding.rule) &&
          finding.notes.some((note) => note.file === one.path && Math.abs(note.range.start.line - one.line) <= NEAR),
      );
      if (label) this.of.set(finding, label);
    }
  }

  private take(finding: Finding, label: Label): void {
    this.of.set(finding, label);
    if (!this.first.has(label)) this.first.set(label, finding);
  }

  private speaksOf(finding: Finding, label: Label): boolean {
    return finding.file === label.path && this.hazards.rulesOf(label.hazard).includes(finding.rule);
  }

  private shareFunction({ finding, label }: Pair): boolean {
    const around = this.tree.functionAt(label.path, label.line);
    return around !== null && around === this.tree.functionAt(finding.file, finding.range.start.line);
  }

  private isPlaceEnough(label: Label): boolean {
    if (this.hazards.isStep(label.hazard)) return true;
    const around = this.tree.functionAt(label.path, label.line);
    const others = this.tree.labels.filter(
      (one) => one !== label && one.hazard === label.hazard && one.path === label.path,
    );
    return !others.some((one) => this.tree.functionAt(one.path, one.line) === around);
  }
}

/** Of two labels equally near, the one that is a bug is the one that is meant. */
const WEIGHT: Readonly<Record<Judgement, number>> = { 'true-bug': 0, 'style-risk': 1, clean: 2 };

const KIND: Readonly<Record<Judgement, OutcomeKind>> = {
  'true-bug': 'true',
  'style-risk': 'style-risk',
  clean: 'false',
};

function pair(finding: Finding, label: Label): Pair {
  return { finding, label, distance: Math.abs(finding.range.start.line - label.line) };
}

function found(finding: Finding, { first, of }: Answers, tree: Tree, hazards: Hazards): Outcome {
  const label = of.get(finding) ?? null;
  const outcome = { rule: finding.rule, finding, label, gap: null };
  if (label !== null) return { ...outcome, kind: first.get(label) === finding ? KIND[label.verdict] : 'again' };
  const isWrong = hazards.isCore(finding.rule) && tree.isExhaustive(finding.file);
  return { ...outcome, kind: isWrong ? 'false' : 'unlabelled' };
}

function missed({ first }: Answers, tree: Tree, hazards: Hazards): readonly Outcome[] {
  return tree.labels
    .filter((label) => label.verdict === 'true-bug' && !first.has(label))
    .map((label) => {
      const around = tree.functionAt(label.path, label.line);
      const inFunction = (gap: Gap): boolean =>
        gap.file === label.path && around !== null && tree.functionAt(gap.file, gap.range.start.line) === around;
      const rule = hazards.rulesOf(label.hazard)[0] ?? label.hazard;
      return { kind: 'missed', rule, finding: null, label, gap: tree.gaps.find(inFunction) ?? null };
    });
}
