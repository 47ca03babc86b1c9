// Writes the reports of a run: each in its format, to standard output or to its file.
import { writeFileSync } from 'node:fs';
import type { Report } from '../report/report.js';
import type { Style } from '../report/style.js';
import { reasonOf } from '../workspace/read-source.js';
import type { Arguments, FormatName } from './arguments.js';
import { errorLine } from './messages.js';
import type { Surroundings } from './run.js';
import { fileStyle, styleOf } from './terminal.js';

/** The number of reports that could not be written. */
export async function writeReports(report: Report, args: Arguments, around: Surroundings): Promise<number> {
  let failed = 0;
  for (const { name, file } of args.formats) {
    const style = file === null ? styleOf(around.stdout, around.env, args.colour) : fileStyle(around.env);
    const text = await rendered(report, name, style);
    if (file === null) around.stdout.write(text);
    else if (!isWritten(file, text, around)) failed++;
  }
  return failed;
}

function isWritten(file: string, text: string, { stderr }: Surroundings): boolean {
  try {
    writeFileSync(file, text);
    return true;
  } catch (error) {
    stderr.write(errorLine(`'${file}' cannot be written: ${reasonOf(error)}`));
    return false;
  }
}

async function rendered(report: Report, format: FormatName, style: Style): Promise<string> {
  switch (format) {
    case 'pretty':
      return (await import('../report/pretty.js')).pretty(report, style);
    case 'concise':
      return (await import('../report/concise.js')).concise(report, style);
    case 'json':
      return (await import('../report/json.js')).json(report);
    case 'sarif':
      return sarifOf(report);
  }
}

async function sarifOf(report: Report): Promise<string> {
  const { sarif } = await import('../report/sarif.js');
  const { ruleTexts } = await import('../workspace/rule-texts.js');
  const { packageVersion } = await import('./package.js');
  return sarif(report, { version: packageVersion(), rules: ruleTexts() });
}
