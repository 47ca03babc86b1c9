// Helpers that real programs bring along or take from books, for trees in which their bodies are not to be seen: where one is,
// it counts. Sources: Stevens, Unix Network Programming (`err_sys`); Bryant and O'Hallaron (`unix_error`); Kerrisk, The Linux
// Programming Interface (`errExit`); BSD and GNU programs (`xmalloc`, `fatal`).
import type { CallModel, KnownCalls } from './calls.js';

/** They give the count of all that was asked for, less only at the end of file, or a failure. */
const WRITE_ALL = 'writen write_n Writen full_write rio_writen Rio_writen';
const READ_ALL = 'readn read_n Readn full_read rio_readn Rio_readn';

/** Named for what they do, the descriptor first. */
const NONBLOCK = `
  setnonblocking set_nonblocking set_non_blocking setnonblock set_nonblock setNonBlocking setNonblocking make_socket_non_blocking
  make_socket_nonblocking make_non_blocking make_nonblocking sock_set_nonblock socket_set_nonblock fd_set_nonblock`;

const HARMLESS = `
  sock_ntop Sock_ntop sock_ntop_host err_ret err_msg errMsg app_warn`;

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
  ...row(WRITE_ALL, { does: 'transfer', direction: 'out', fd: 0, size: 2, flags: null, whole: true }),
  ...row(READ_ALL, { does: 'transfer', direction: 'in', fd: 0, size: 2, flags: null, whole: true }),
  ...row(NONBLOCK, { does: 'nonblock', fd: 0 }),
  // The helpers of redis: an error text comes first.
  ...row('anetNonBlock', { does: 'nonblock', fd: 1 }),
  ...row('anetBlock', { does: 'nonblock', fd: 1, off: true }),
  ...row('xfree sfree efree zfree', { does: 'release', object: 0 }),
  ...row(HARMLESS, { does: 'nothing' }),
  ...row(ENDS, { does: 'end' }),
  ...row(MEMORY, { does: 'allocate' }),
];
