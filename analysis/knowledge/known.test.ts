// The shipped rows: each name has one row, what keeps its argument is not called harmless, and common words do not mark a file.
import { describe, expect, it } from 'vitest';
import { CALLS, MARKS } from './calls.js';
import { EVENT_CALLS } from './known-events.js';
import { HELPER_CALLS } from './known-helpers.js';
import { KERNEL_CALLS } from './known-kernel.js';
import { LIBC_CALLS } from './known-libc.js';
import { TLS_CALLS } from './known-tls.js';

const ALL = [...LIBC_CALLS, ...KERNEL_CALLS, ...TLS_CALLS, ...EVENT_CALLS, ...HELPER_CALLS];

describe('known calls', () => {
  it('have one row each', () => {
    const seen = new Set<string>();
    const twice = ALL.map(([name]) => name).filter((name) => seen.size === seen.add(name).size);
    expect(twice).toEqual([]);
    expect(CALLS.size).toBe(ALL.length);
  });

  it('are names', () => {
    expect(ALL.map(([name]) => name).filter((name) => !/^[A-Za-z_]\w*$/.test(name))).toEqual([]);
  });

  it.for(
    `fdopen fclose fdopendir putenv pthread_setspecific tsearch close_range SSL_set_fd SSL_set_bio BIO_new_socket BIO_free_all
     gnutls_transport_set_int event_add bufferevent_socket_new bufferevent_write bufferevent_free
     evbuffer_add ev_io_start uv_poll_init strndup atomic_store
     login_tty`.split(/\s+/),
  )("'%s' keeps or ends what it is given", (name) => {
    expect(CALLS.get(name)).toBeUndefined();
  });

  it.for([
    ['__read_chk', { does: 'transfer', direction: 'in', size: 2 }],
    ['__recv_chk', { does: 'transfer', size: 2, flags: 4 }],
    ['sendmmsg', { does: 'transfer', direction: 'out', size: 2, flags: 3 }],
    ['splice', { does: 'transfer', direction: 'in', fd: 0, size: 4, flags: null }],
    ['epoll_pwait2', { does: 'wait', api: 'epoll', timeout: 3 }],
    ['pselect', { does: 'wait', api: 'select', timeout: 4 }],
    ['pread', { does: 'nothing' }],
    ['SSL_write', { does: 'nothing' }],
    ['verrx', { does: 'end' }],
    ['siglongjmp', { does: 'end' }],
    ['execve', { does: 'end' }],
    ['thrd_exit', { does: 'end', thread: true }],
    ['evutil_closesocket', { does: 'close', fd: 0 }],
    ['event_new', { does: 'callback', entries: [3], gives: [1, null, 4] }],
    ['free', { does: 'release', object: 0 }],
    ['writen', { does: 'transfer', direction: 'out', whole: true }],
    ['evutil_make_socket_nonblocking', { does: 'nonblock', fd: 0 }],
    ['g_thread_new', { does: 'thread', entry: 1, argument: 2 }],
  ] as const)("say what '%s' does", ([name, row]) => {
    expect(CALLS.get(name)).toMatchObject(row);
  });

  it('mark a file by what is about descriptors', () => {
    expect(['read', '__read_chk', 'epoll_pwait2', 'FD_SET', 'evbuffer_read'].every((name) => MARKS.has(name))).toBe(
      true,
    );
    expect(
      [...MARKS].filter((name) => /^(open(at)?(64)?$|creat|shm_open|mem|__mem|mkstemp)|printf|SSL_/.test(name)),
    ).toEqual(['memfd_create']);
  });
});
