// The fingerprint of a finding: from rule, function, normalised statement and ordinal within the function; never from
// lines or paths, so that it survives moved code. Equal ones may occur; whoever compares them counts.
import { createHash } from 'node:crypto';
import { normalised, type ReportedFinding } from './report.js';

export function fingerprint({ rule, function: name, statement, ordinal }: ReportedFinding): string {
  const parts = [rule, name ?? '', normalised(statement), String(ordinal)];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}
