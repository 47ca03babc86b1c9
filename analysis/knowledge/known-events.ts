// Libraries that own the event loop: libevent, libev, libuv, GLib, and the socket helpers of libevent. What takes a
// descriptor or a buffer over without calling anybody is left out: it does keep what it is given. Sources: event2/*.h, ev(3), docs.libuv.org.
import type { CallModel, KnownCalls } from './calls.js';

const nothing: CallModel = { does: 'nothing' };

const LIBEVENT = `
  evutil_make_socket_closeonexec evutil_make_listen_socket_reuseable evutil_make_listen_socket_reuseable_port
  evutil_make_tcp_listen_socket_deferred evutil_gettimeofday evutil_timerclear evutil_inet_ntop evutil_inet_pton
  evutil_parse_sockaddr_port evutil_sockaddr_cmp evutil_snprintf evutil_vsnprintf evutil_strtoll evutil_ascii_strcasecmp
  evutil_ascii_strncasecmp evutil_getaddrinfo evutil_freeaddrinfo evutil_gai_strerror evutil_socket_error_to_string
  evutil_socket_geterror EVUTIL_SOCKET_ERROR evutil_secure_rng_get_bytes evutil_secure_rng_init
  event_base_new event_init event_base_free event_base_get_method event_get_version event_get_method event_base_priority_init
  event_base_loopbreak event_base_loopexit event_base_got_break event_base_got_exit event_base_gettimeofday_cached event_config_new
  event_config_free event_config_set_flag event_config_avoid_method event_config_require_features event_reinit event_enable_debug_mode
  event_pending event_initialized event_get_fd event_get_base event_get_events event_get_callback event_get_callback_arg
  event_del evsignal_del evtimer_del event_priority_set event_active libevent_global_shutdown evthread_use_pthreads
  evbuffer_new evbuffer_free evbuffer_get_length evbuffer_get_contiguous_space evbuffer_drain evbuffer_remove evbuffer_copyout
  evbuffer_peek evbuffer_pullup evbuffer_search evbuffer_find evbuffer_readln evbuffer_readline evbuffer_expand evbuffer_lock
  evbuffer_unlock evbuffer_enable_locking evbuffer_write evbuffer_write_atmost
  bufferevent_read bufferevent_get_input bufferevent_get_output bufferevent_getfd bufferevent_get_base bufferevent_get_enabled
  bufferevent_setwatermark bufferevent_set_timeouts bufferevent_settimeout bufferevent_lock bufferevent_unlock bufferevent_flush
  bufferevent_get_openssl_error bufferevent_openssl_get_ssl evconnlistener_get_fd evconnlistener_get_base`;

const LIBEV = `
  ev_default_loop ev_loop_new ev_loop_destroy ev_default_destroy ev_loop_fork ev_now ev_time ev_now_update ev_sleep ev_backend
  ev_supported_backends ev_recommended_backends ev_version_major ev_version_minor ev_break ev_unloop ev_is_active ev_is_pending
  ev_io_stop ev_timer_stop ev_signal_stop ev_async_send ev_userdata ev_depth ev_iteration ev_suspend ev_resume ev_ref ev_unref`;

const LIBUV = `
  uv_strerror uv_err_name uv_strerror_r uv_err_name_r uv_version uv_version_string uv_now uv_hrtime uv_update_time uv_default_loop
  uv_loop_size uv_handle_size uv_req_size uv_is_active uv_is_closing uv_is_readable uv_is_writable uv_buf_init uv_ip4_addr uv_ip6_addr
  uv_ip4_name uv_ip6_name uv_inet_ntop uv_inet_pton uv_tcp_nodelay uv_tcp_keepalive uv_tcp_getsockname uv_tcp_getpeername uv_fileno
  uv_stop uv_loop_alive uv_async_send uv_mutex_init uv_mutex_destroy uv_mutex_lock uv_mutex_trylock uv_mutex_unlock uv_cond_init
  uv_cond_destroy uv_cond_wait uv_cond_signal uv_cond_broadcast uv_sem_init uv_sem_destroy uv_sem_post uv_sem_wait uv_rwlock_init
  uv_rwlock_rdlock uv_rwlock_rdunlock uv_rwlock_wrlock uv_rwlock_wrunlock uv_thread_join uv_thread_self uv_sleep`;

const GLIB = `
  g_print g_printerr g_message g_warning g_critical g_debug g_info g_log g_snprintf g_vsnprintf g_strcmp0 g_ascii_strcasecmp
  g_ascii_strncasecmp g_str_has_prefix g_str_has_suffix g_strstr_len g_strlcpy g_strlcat g_strerror g_clear_error g_error_free
  g_get_monotonic_time g_get_real_time g_usleep g_getenv g_assert g_assert_not_reached g_return_if_fail g_return_val_if_fail
  g_mutex_lock g_mutex_unlock g_mutex_trylock g_mutex_init g_mutex_clear g_cond_wait g_cond_signal g_cond_broadcast g_thread_join
  g_main_loop_quit g_main_context_wakeup`;

const row = (list: string, model: CallModel): KnownCalls =>
  list
    .trim()
    .split(/\s+/)
    .map((name) => [name, model]);

const later = (entries: readonly number[], ...gives: (number | null)[]): CallModel => ({
  does: 'callback',
  entries,
  gives,
});

/** Who is called later, and with what. */
const CALLBACKS: KnownCalls = [
  ['event_new', later([3], 1, null, 4)],
  ['event_set', later([3], 1, null, 4)],
  ['event_assign', later([4], 2, null, 5)],
  ['event_once', later([2], 0, null, 3)],
  ['event_base_once', later([3], 1, null, 4)],
  ['evtimer_new', later([1], null, null, 2)],
  ['evtimer_set', later([1], null, null, 2)],
  ['evtimer_assign', later([2], null, null, 3)],
  ['evsignal_new', later([2], 1, null, 3)],
  ['evsignal_set', later([2], 1, null, 3)],
  ['signal_set', later([2], 1, null, 3)],
  ['evconnlistener_new', later([1], null, null, null, null, 2)],
  ['evconnlistener_new_bind', later([1], null, null, null, null, 2)],
  // The callbacks for data get the argument second, the one for other events third.
  ['bufferevent_setcb', later([1, 2, 3], 0, 4, 4)],
  ['bufferevent_new', later([1, 2, 3], null, 4, 4)],
  ['ev_init', later([1], null, 0)],
  ['ev_io_init', later([1], null, 0)],
  ['ev_timer_init', later([1], null, 0)],
  ['ev_signal_init', later([1], null, 0)],
  ['ev_async_init', later([1], null, 0)],
  ['uv_read_start', later([1, 2], 0)],
  ['uv_listen', later([2], 0)],
  ['uv_poll_start', later([2], 0)],
  ['uv_timer_start', later([1], 0)],
  ['uv_async_init', later([2], 1)],
  ['uv_write', later([4], 0)],
  ['uv_close', later([1], 0)],
  ['uv_shutdown', later([2], 0)],
  ['uv_tcp_connect', later([3], 0)],
  ['uv_udp_recv_start', later([1, 2], 0)],
  ['uv_queue_work', later([2, 3], 1)],
  ['g_io_add_watch', later([2], 0, null, 3)],
  ['g_unix_fd_add', later([2], 0, null, 3)],
  ['g_timeout_add', later([1], 2)],
  ['g_idle_add', later([0], 1)],
];

export const EVENT_CALLS: KnownCalls = [
  ...CALLBACKS,
  ['evutil_make_socket_nonblocking', { does: 'nonblock', fd: 0 }],
  ...row('g_free', { does: 'release', object: 0, memory: true }),
  ...[LIBEVENT, LIBEV, LIBUV, GLIB].flatMap((list) => row(list, nothing)),
  ...row('g_malloc g_malloc0 g_malloc_n g_malloc0_n g_realloc g_strdup g_slice_alloc g_slice_alloc0', {
    does: 'allocate',
  }),
  // How much it takes is told by FIONREAD, and by a limit of its own: no argument.
  ['evbuffer_read', { does: 'transfer', direction: 'in', fd: 1, size: null, flags: null }],
  ['evutil_closesocket', { does: 'close', fd: 0 }],
  ['EVUTIL_CLOSESOCKET', { does: 'close', fd: 0 }],
  ['evutil_socketpair', { does: 'make', kind: 'stream', flags: 1, type: 1, into: 3 }],
  ['uv_thread_create', { does: 'thread', entry: 1, argument: 2 }],
  ['g_thread_new', { does: 'thread', entry: 1, argument: 2 }],
  ['g_thread_try_new', { does: 'thread', entry: 1, argument: 2 }],
  ['g_thread_create', { does: 'thread', entry: 0, argument: 1 }],
];
