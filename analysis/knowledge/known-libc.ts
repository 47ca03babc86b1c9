// Functions of libc that keep nothing of what they are given, make memory, copy it, or never come back. Sources: the manual
// pages, section 2 and 3. What keeps its argument is left out, and so counts as unknown: fdopen(3), fclose(3), putenv(3),
// pthread_setspecific(3), tsearch(3), atomic stores.
import type { CallModel, KnownCalls } from './calls.js';

const nothing: CallModel = { does: 'nothing' };
const allocate: CallModel = { does: 'allocate' };
const end: CallModel = { does: 'end' };
const endOfThread: CallModel = { does: 'end', thread: true };
const copy: CallModel = { does: 'copy', to: 0, from: 1, length: 2 };
const zero = (length: number): CallModel => ({ does: 'set', operation: 'zero', set: 0, fd: null, length });

const STDIO = `
  printf fprintf dprintf sprintf snprintf vprintf vfprintf vdprintf vsprintf vsnprintf asprintf vasprintf wprintf fwprintf swprintf
  vwprintf vfwprintf vswprintf __printf_chk __fprintf_chk __sprintf_chk __snprintf_chk __vprintf_chk __vfprintf_chk __vsprintf_chk
  __vsnprintf_chk __asprintf_chk __dprintf_chk puts putchar putc fputs fputc putw puts_unlocked putchar_unlocked putc_unlocked
  fputs_unlocked fputc_unlocked fputwc fputws putwchar getc getchar gets fgets fgetc getw getc_unlocked getchar_unlocked
  fgets_unlocked fgetc_unlocked __fgets_chk fgetwc fgetws getwchar ungetc getline getdelim __getdelim scanf fscanf sscanf vscanf vfscanf
  vsscanf __isoc99_sscanf __isoc99_fscanf __fread_chk fflush fflush_unlocked fpurge
  __fpurge perror clearerr ferror feof ferror_unlocked feof_unlocked clearerr_unlocked rewind fseek fseeko ftell ftello fgetpos
  fsetpos setbuf setvbuf setbuffer setlinebuf fopen fopen64 tmpfile tmpnam tempnam ctermid remove rename renameat flockfile
  funlockfile ftrylockfile popen fmemopen open_memstream psignal psiginfo`;

const STRINGS = `
  strlen strnlen strcmp strncmp strcasecmp strncasecmp strcoll strxfrm strchr strchrnul strrchr strstr strcasestr strpbrk strspn
  strcspn strtok strtok_r strsep strcpy stpcpy strcat strncat strlcpy strlcat __strcpy_chk __strncpy_chk __strcat_chk
  __strncat_chk strerror strerror_r strerrorname_np strerrordesc_np strsignal sigabbrev_np rawmemchr memmem
  index rindex basename dirname swab strfry strverscmp strdupa wcslen wcscmp wcsncmp wcscpy wcsncpy wcscat wcschr wcsstr mbstowcs
  wcstombs mbtowc wctomb mblen mbrtowc wcrtomb mbsrtowcs wcsrtombs btowc wctob iconv regcomp regexec regerror regfree fnmatch glob
  globfree wordexp wordfree
  isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit isascii toascii tolower toupper
  iswalpha iswdigit iswspace towlower towupper
  setlocale localeconv newlocale uselocale freelocale nl_langinfo gettext dgettext dcgettext ngettext textdomain bindtextdomain
  bind_textdomain_codeset`;

const STDLIB = `
  atoi atol atoll atof strtol strtoul strtoll strtoull strtod strtof strtold strtoimax strtoumax abs labs llabs div ldiv rand srand
  rand_r random srandom random_r drand48 lrand48 mrand48 erand48 nrand48 jrand48 srand48 arc4random arc4random_uniform arc4random_buf
  getrandom getentropy qsort qsort_r bsearch lfind getenv secure_getenv setenv unsetenv clearenv system mkdtemp mktemp realpath
  malloc_usable_size malloc_trim mallopt mallinfo atexit on_exit getopt getopt_long getopt_long_only getsubopt getloadavg
  a64l l64a rpmatch
  sqrt pow floor ceil round trunc lround fabs fmod log log2 log10 exp sin cos tan atan atan2 fmin fmax isnan isinf
  assert static_assert _Static_assert backtrace backtrace_symbols backtrace_symbols_fd setjmp _setjmp sigsetjmp __sigsetjmp
  alloca __errno_location sysinfo sysconf pathconf fpathconf confstr getpagesize get_nprocs get_nprocs_conf getauxval
  gnu_get_libc_version dlopen dlsym dlclose dlerror crypt crypt_r posix_memalign
  va_start va_end va_copy offsetof
  __builtin_expect __builtin_constant_p __builtin_object_size __builtin_prefetch __builtin_bswap16 __builtin_bswap32 __builtin_bswap64
  __builtin_clz __builtin_clzl __builtin_clzll __builtin_ctz __builtin_ctzl __builtin_ctzll __builtin_ffs __builtin_ffsl
  __builtin_popcount __builtin_popcountl __builtin_popcountll __builtin_strlen __builtin_strcmp __builtin_strncmp __builtin_memcmp
  __builtin_strchr __builtin_frame_address __builtin_return_address __builtin_assume_aligned __builtin_add_overflow
  __builtin_sub_overflow __builtin_mul_overflow __builtin_alloca __builtin_va_start __builtin_va_end __builtin_va_copy
  __sync_fetch_and_add __sync_fetch_and_sub __sync_fetch_and_or __sync_fetch_and_and __sync_add_and_fetch __sync_sub_and_fetch
  __sync_synchronize __sync_lock_release __atomic_load __atomic_load_n __atomic_fetch_add __atomic_fetch_sub __atomic_fetch_or
  __atomic_fetch_and __atomic_add_fetch __atomic_sub_fetch __atomic_test_and_set __atomic_clear __atomic_thread_fence atomic_load
  atomic_load_explicit atomic_fetch_add atomic_fetch_add_explicit atomic_fetch_sub atomic_fetch_sub_explicit atomic_fetch_or
  atomic_fetch_and atomic_thread_fence atomic_signal_fence atomic_flag_test_and_set atomic_flag_clear`;

const TIME = `
  time times clock clock_gettime clock_settime clock_getres clock_nanosleep gettimeofday settimeofday stime timespec_get localtime
  localtime_r gmtime gmtime_r ctime ctime_r asctime asctime_r mktime timegm timelocal difftime strftime strptime tzset timeradd timersub
  timercmp timerclear timerisset usleep sleep nanosleep alarm ualarm setitimer getitimer timer_create timer_settime timer_gettime
  timer_getoverrun timer_delete timerfd_settime timerfd_gettime adjtime adjtimex utime utimes utimensat futimes futimens`;

const NETWORK = `
  htons htonl ntohs ntohl htobe16 htobe32 htobe64 htole16 htole32 htole64 be16toh be32toh be64toh le16toh le32toh le64toh inet_ntoa
  inet_ntop inet_pton inet_addr inet_aton inet_network inet_makeaddr inet_lnaof inet_netof getpeername getsockname setsockopt
  getsockopt bind connect sockatmark isfdtype getaddrinfo freeaddrinfo getnameinfo gai_strerror gethostbyname gethostbyname2
  gethostbyname_r gethostbyaddr gethostent sethostent endhostent getservbyname getservbyport getservent setservent endservent
  getprotobyname getprotobynumber getnetbyname hstrerror herror gethostname sethostname getdomainname getifaddrs freeifaddrs
  if_nametoindex if_indextoname if_nameindex if_freenameindex ether_ntoa ether_aton CMSG_FIRSTHDR CMSG_NXTHDR CMSG_DATA CMSG_LEN
  CMSG_SPACE __cmsg_nxthdr bindresvport res_init res_query __fdelt_chk`;

/** About a descriptor without taking from it, or about a path. */
const FILES = `
  fstat fstat64 stat stat64 lstat lstat64 fstatat newfstatat statx __fxstat __xstat statfs fstatfs statvfs fstatvfs access faccessat
  euidaccess eaccess lseek lseek64 llseek fsync fdatasync sync syncfs sync_file_range ftruncate ftruncate64 truncate fallocate
  posix_fallocate posix_fadvise posix_fadvise64 readahead flock lockf pread pread64 preadv preadv2 pwrite pwrite64 pwritev
  pwritev2 __pread_chk copy_file_range tee fchmod chmod fchmodat fchown chown lchown fchownat umask mkdir mkdirat rmdir unlink
  unlinkat link linkat symlink symlinkat readlink readlinkat mkfifo mkfifoat mknod mknodat chdir fchdir chroot getcwd getwd
  get_current_dir_name opendir readdir readdir_r rewinddir seekdir telldir closedir scandir nftw ftw getdents64
  inotify_add_watch inotify_rm_watch isatty ttyname ttyname_r tcgetattr tcsetattr tcsendbreak tcdrain tcflush tcflow tcgetpgrp
  tcsetpgrp tcgetsid cfmakeraw cfgetispeed cfgetospeed cfsetispeed cfsetospeed cfsetspeed grantpt unlockpt ptsname ptsname_r
  getxattr fgetxattr setxattr fsetxattr mount umount umount2 mmap mmap64 munmap mprotect msync madvise mremap mlock
  munlock mlockall munlockall mincore posix_madvise brk sbrk shm_unlink shmget shmat shmdt shmctl semget semop semctl msgget
  msgctl`;

const PROCESSES = `
  getpid getppid gettid getpgid getpgrp setpgid setpgrp setsid getsid getuid geteuid getgid getegid setuid seteuid setgid setegid
  setreuid setregid setresuid setresgid getresuid getresgid getgroups setgroups initgroups getgrouplist getpwnam getpwuid getpwnam_r
  getpwuid_r getgrnam getgrgid getgrnam_r getgrgid_r getpwent setpwent endpwent getgrent setgrent endgrent getspnam getlogin
  getlogin_r cuserid fork vfork daemon wait waitpid waitid wait3 wait4 kill killpg tgkill raise nice getpriority setpriority getrlimit
  setrlimit prlimit getrusage prctl capset capget uname getcpu sched_yield sched_getcpu sched_setaffinity sched_getaffinity
  sched_setscheduler sched_getscheduler sched_getparam sched_setparam sched_get_priority_max sched_get_priority_min CPU_ZERO CPU_SET
  CPU_CLR CPU_ISSET CPU_COUNT CPU_ALLOC CPU_FREE posix_spawn posix_spawnp pidfd_send_signal unshare setns personality ptrace reboot
  openlog closelog syslog vsyslog setlogmask warn warnx vwarn vwarnx setproctitle getprogname setprogname
  signal sigaction sigemptyset sigfillset sigaddset sigdelset sigismember sigprocmask sigpending sigsuspend sigwait sigwaitinfo
  sigtimedwait sigqueue sigaltstack siginterrupt sigset sighold sigrelse sigignore sigblock sigsetmask bsd_signal sysv_signal pause`;

const THREADS = `
  pthread_self pthread_equal pthread_join pthread_tryjoin_np pthread_timedjoin_np pthread_detach pthread_cancel pthread_kill
  pthread_sigmask pthread_setname_np pthread_getname_np pthread_setaffinity_np pthread_getaffinity_np pthread_setcancelstate
  pthread_setcanceltype pthread_testcancel pthread_yield pthread_once pthread_atfork pthread_key_create pthread_key_delete
  pthread_getspecific pthread_setconcurrency pthread_getcpuclockid pthread_setschedparam pthread_getschedparam
  pthread_attr_init pthread_attr_destroy pthread_attr_setdetachstate pthread_attr_getdetachstate pthread_attr_setstacksize
  pthread_attr_getstacksize pthread_attr_setstack pthread_attr_setscope pthread_attr_setschedpolicy pthread_attr_setschedparam
  pthread_attr_setinheritsched pthread_attr_setguardsize pthread_attr_setaffinity_np
  pthread_mutex_init pthread_mutex_destroy pthread_mutex_lock pthread_mutex_trylock pthread_mutex_timedlock pthread_mutex_unlock
  pthread_mutex_consistent pthread_mutexattr_init pthread_mutexattr_destroy pthread_mutexattr_settype pthread_mutexattr_setpshared
  pthread_mutexattr_setrobust pthread_mutexattr_setprotocol
  pthread_cond_init pthread_cond_destroy pthread_cond_signal
  pthread_cond_broadcast pthread_condattr_init pthread_condattr_destroy pthread_condattr_setclock pthread_condattr_setpshared
  pthread_rwlock_init pthread_rwlock_destroy pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_rwlock_tryrdlock
  pthread_rwlock_trywrlock pthread_rwlock_timedrdlock pthread_rwlock_timedwrlock pthread_rwlock_unlock pthread_rwlockattr_init
  pthread_rwlockattr_destroy pthread_rwlockattr_setkind_np pthread_spin_init pthread_spin_destroy pthread_spin_lock
  pthread_spin_trylock pthread_spin_unlock pthread_barrier_init pthread_barrier_wait pthread_barrier_destroy pthread_barrierattr_init
  sem_init sem_destroy sem_open sem_close sem_unlink sem_trywait sem_post sem_getvalue
  thrd_current thrd_equal thrd_join thrd_detach thrd_sleep thrd_yield mtx_init mtx_destroy mtx_lock mtx_trylock mtx_timedlock
  mtx_unlock cnd_init cnd_destroy cnd_signal cnd_broadcast tss_create tss_delete tss_get call_once`;

/** What a worker does between two jobs. */
const IDLE = `
  pthread_cond_wait pthread_cond_timedwait pthread_cond_clockwait sem_wait sem_timedwait sem_clockwait cnd_wait cnd_timedwait
  mq_receive mq_timedreceive msgrcv`;

/** Their third argument is a number of bytes or elements. */
const COUNTED = `
  fwrite fwrite_unlocked fread fread_unlocked memcmp bcmp memchr memrchr strncpy stpncpy`;

/** Memory never runs out in the stories told here, so these give no null. */
const MEMORY = 'strdup __strdup wcsdup';

/** They do not return; of exec(3) that is true of all calls that do not fail. */
const ENDS = `
  exit _exit _Exit quick_exit abort err errx errc verr verrx verrc longjmp _longjmp siglongjmp __longjmp_chk __assert_fail
  __assert_perror_fail __chk_fail __stack_chk_fail __builtin_unreachable __builtin_trap __builtin_abort __builtin_exit exit_group unreachable
  execl execle execlp execv execve execvp execvpe fexecve execveat`;

const row = (list: string, model: CallModel): KnownCalls =>
  list
    .trim()
    .split(/\s+/)
    .map((name) => [name, model]);

export const LIBC_CALLS: KnownCalls = [
  ...[STDIO, STRINGS, STDLIB, TIME, NETWORK, FILES, PROCESSES, THREADS].flatMap((list) => row(list, nothing)),
  ...row(IDLE, { does: 'idle' }),
  ...row(COUNTED, { does: 'nothing', length: 2 }),
  ...row(MEMORY, allocate),
  ...row('malloc valloc pvalloc __builtin_malloc', { does: 'allocate', size: 0 }),
  ...row('realloc aligned_alloc memalign', { does: 'allocate', size: 1 }),
  ...row('calloc __builtin_calloc', { does: 'allocate', count: 0, size: 1 }),
  ['reallocarray', { does: 'allocate', count: 1, size: 2 }],
  ...row('free cfree', { does: 'release', object: 0, memory: true }),
  ...row(ENDS, end),
  ...row('pthread_exit thrd_exit', endOfThread),
  ...row('memcpy memmove mempcpy __memcpy_chk __memmove_chk __mempcpy_chk __builtin_memcpy __builtin_memmove', copy),
  ...row('__builtin___memcpy_chk __builtin___memmove_chk', copy),
  ['bcopy', { does: 'copy', to: 1, from: 0, length: 2 }],
  ...row('memset explicit_memset __memset_chk __builtin_memset __builtin___memset_chk', zero(2)),
  ...row('bzero explicit_bzero __builtin_bzero', zero(1)),
  ['pthread_create', { does: 'thread', entry: 2, argument: 3 }],
  ['thrd_create', { does: 'thread', entry: 1, argument: 2 }],
  ['clone', { does: 'thread', entry: 0, argument: 3 }],
];
