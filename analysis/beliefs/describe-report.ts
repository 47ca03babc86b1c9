// The binding report in words and columns, for `mux-lint doctor --bindings`.
import { counted } from '../facts/describe.js';
import type { BindingReport, RegistrationBelief, Share, TransferBelief } from './describe-bindings.js';

export function bindingText(report: BindingReport): string {
  const { shares, registrations, transfers, accepts } = report;
  const sections = [
    summary(report),
    [
      'known of registrations (epoll_ctl ADD and MOD; each place of the source once, as the best context knew it)',
      shareLine('mask', shares.mask),
      shareLine('handler', shares.handler),
      shareLine('kind', shares.kind),
      shareLine('O_NONBLOCK', shares.nonblocking),
      'known object (at least one call or parameter that the descriptor comes from)',
      shareLine('transfers', shares.transferObject),
      shareLine('accepts', shares.acceptObject),
      ...(report.onlyParameter > 0
        ? [`  of these ${report.onlyParameter} only as a parameter that no caller seen fills`]
        : []),
    ].join('\n'),
    section('registrations', registrations.map(registrationText)),
    section('transfers and accepts without a known object', [...transfers, ...accepts].filter(isLost).map(lostText)),
    section(
      'gaps',
      report.gaps.map(({ file, range, function: name, reason }) => {
        return `${file}:${range.start.line} ${name ?? ''}: ${reason}`;
      }),
    ),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function summary({ gaps, unknownCommand }: BindingReport): string {
  const lines = [
    counted(gaps.length, 'gap'),
    ...(unknownCommand > 0 ? [`${counted(unknownCommand, 'epoll_ctl call')} whose operation is not known`] : []),
  ];
  return lines.join('\n');
}

function shareLine(name: string, { known, of }: Share): string {
  const percent = of === 0 ? 'none' : `${Math.round((100 * known) / of)} %`;
  return `  ${name.padEnd(11)} ${`${known} of ${of}`.padStart(10)}  ${percent}`;
}

function registrationText(one: RegistrationBelief): string {
  const mask = one.mask === null ? 'mask ?' : `${one.mask}${one.maskIsWhole ? '' : '|?'}`;
  const mode = one.nonblocking === null ? 'O_NONBLOCK ?' : one.nonblocking ? 'non-blocking' : 'blocking';
  const from = one.sites.length === 0 ? '?' : one.sites.join(', ');
  const to = one.handlers.length === 0 ? '?' : one.handlers.join(', ');
  return [
    `${one.file}:${one.at.line} ${one.function}: ${one.command} ${one.descriptor}  ${mask}  ${one.kind === 'unknown' ? 'kind ?' : one.kind}  ${mode}`,
    `    from ${from}; handled in ${to}`,
    ...one.missing.map((reason) => `    missing ${reason}`),
  ].join('\n');
}

function isLost({ sites }: TransferBelief): boolean {
  return sites.length === 0;
}

function lostText({ file, at, function: name, call, descriptor, missing }: TransferBelief): string {
  return `${file}:${at.line} ${name}: ${call}(${descriptor})  ${missing.join('; ')}`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`).join('\n')}`;
}
