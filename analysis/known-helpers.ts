// Helpers that real programs bring along or take from books, for trees in which their bodies are not to be seen: where one is,
// it counts. Sources: Stevens, Unix Network Programming (`err_sys`); Bryant and O'Hallaron (`unix_error`); Kerrisk, The Linux
// Programming Interface (`errExit`); BSD and GNU programs (`xmalloc`, `fatal`). Helpers that write all, such as `writen`, stay unknown.
import type { CallModel, KnownCalls } from './calls.js';

const HARMLESS = `
  xfree sfree efree sock_ntop Sock_ntop sock_ntop_host err_ret err_msg errMsg app_warn`;

const ENDS = `
  die fatal fatalx fatal_error panic err_sys err_quit err_dump err_exit errExit errExitEN err_doit usageErr cmdLineErr unix_error
  posix_error dns_error gai_error app_error`;

const MEMORY = `
  xmalloc xcalloc xrealloc xstrdup xzalloc xmallocz xmallocarray xreallocarray emalloc ecalloc erealloc estrdup smalloc zmalloc zcalloc
  zrealloc zstrdup safe_malloc checked_malloc Malloc Calloc Realloc`;

const row = (list: string, model: CallModel): KnownCalls =>
  list
    .trim()
    .split(/\s+/)
    .map((name) => [name, model]);

export const HELPER_CALLS: KnownCalls = [
  ...row(HARMLESS, { does: 'nothing' }),
  ...row(ENDS, { does: 'end' }),
  ...row(MEMORY, { does: 'allocate' }),
];
