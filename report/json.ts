// The json format: a contract, in which fields may be added and never renamed. The order of keys is part of it.
import type { Fix, Gap, Note, Range, Specimen } from '../analysis/finding.js';
import type { Observation, Verdict } from '../analysis/verdict.js';
import { fingerprint } from './fingerprint.js';
import type { ProgramRun, Report, ReportedFinding } from './report.js';

export function json(report: Report): string {
  const { files, analysed, skipped, milliseconds, compileCommands } = report.summary;
  const document = {
    version: 1,
    findings: report.findings.map(findingOf),
    ...(report.observations === null ? {} : { observations: report.observations.map(observationOf) }),
    ...(report.programs === null ? {} : { programs: report.programs.map(programOf) }),
    gaps: report.gaps.map(gapOf),
    summary: { files, analysed, skipped, findings: report.findings.length, milliseconds, compileCommands },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function findingOf(finding: ReportedFinding): object {
  return {
    rule: finding.rule,
    severity: finding.severity,
    file: finding.file,
    range: rangeOf(finding.range),
    function: finding.function,
    message: finding.message,
    hint: finding.hint,
    assumes: finding.assumes,
    notes: finding.notes.map(noteOf),
    fingerprint: fingerprint(finding),
    specimen: specimenOf(finding.specimen),
    fix: fixOf(finding.fix),
    ...(finding.verdicts === null ? {} : { verdicts: finding.verdicts.map(verdictOf) }),
  };
}

function rangeOf({ start, end }: Range): object {
  return { start: { line: start.line, column: start.column }, end: { line: end.line, column: end.column } };
}

function noteOf({ file, range, message }: Note): object {
  return { file, range: rangeOf(range), message };
}

function specimenOf({ api, kind, nonblocking, mask, calls, assumed }: Specimen): object {
  const played = calls.map(({ call, size, loops }) => ({ call, size, loops }));
  return { api, kind, nonblocking, mask, calls: played, assumed };
}

function fixOf(fix: Fix | null): object | null {
  if (fix === null) return null;
  const edits = fix.edits.map(({ file, range, newText }) => ({ file, range: rangeOf(range), newText }));
  return { title: fix.title, safety: fix.safety, edits };
}

function verdictOf({ about, tier, state, transcript, control, reason, kernel, seed }: Verdict): object {
  return { about, tier, state, transcript, control, reason, kernel, seed };
}

function observationOf(seen: Observation): object {
  const { kind, rule, pid, fd, peer, since, unread, unsent, mask, wait, state, source, story } = seen;
  return { kind, rule, pid, fd, peer, since, unread, unsent, mask, wait, state, source, story };
}

function programOf({ sources, run, surroundings, results }: ProgramRun): object {
  const judged = results.map(({ rule, verdict, findings, hints }) => {
    return { rule, findings, hints, verdict: verdictOf(verdict) };
  });
  return { sources, run, surroundings, results: judged };
}

function gapOf({ file, range, function: name, reason }: Gap): object {
  return { file, range: rangeOf(range), function: name, reason };
}
