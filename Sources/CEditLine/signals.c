/// Signals as bytes in pipes: a handler does nothing but set a flag and wake up who waits, on whatever thread it ran.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "internal.h"

static volatile sig_atomic_t came[NSIG];
static volatile sig_atomic_t is_running;
static int editing_pipe[2] = {-1, -1};
static int running_pipe[2] = {-1, -1};

static void on_signal(int signal) {
    int saved = errno;
    int to = editing_pipe[1];
    if (signal == SIGINT && is_running)
        to = running_pipe[1];
    else
        came[signal] = 1;
    char byte = 1;
    if (to >= 0) (void)!write(to, &byte, 1);
    errno = saved;
}

static int open_pipe(int ends[2]) {
    if (ends[0] >= 0) return 0;
    if (pipe(ends) != 0) return -1;
    for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    return 0;
}

/// Without SA_RESTART, so that a read that waits comes back.
static void install(int signal, void (*handler)(int)) {
    struct sigaction action = {0};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

int ce_interrupts_start(void) {
    if (running_pipe[0] >= 0) return running_pipe[0];
    if (open_pipe(running_pipe) != 0 || open_pipe(editing_pipe) != 0) return -1;
    fcntl(editing_pipe[0], F_SETFL, O_NONBLOCK);
    install(SIGINT, on_signal);
    return running_pipe[0];
}

void ce_interrupts_running(int running) { is_running = running; }
int ce_interrupts_is_running(void) { return is_running; }

void ce_signals_begin(void) {
    ce_interrupts_start();
    ce_signals_drain();
    for (int i = 0; i < NSIG; i++) came[i] = 0;
    install(SIGWINCH, on_signal);
    install(SIGTSTP, on_signal);
    install(SIGTERM, on_signal);
    install(SIGHUP, on_signal);
}

void ce_signals_end(void) {
    install(SIGWINCH, SIG_DFL);
    install(SIGTSTP, SIG_DFL);
    install(SIGTERM, SIG_DFL);
    install(SIGHUP, SIG_DFL);
}

int ce_signals_descriptor(void) { return editing_pipe[0]; }

void ce_signals_drain(void) {
    char bytes[64];
    while (read(editing_pipe[0], bytes, sizeof bytes) > 0) {
    }
}

int ce_signals_take(int signal) {
    int result = came[signal];
    came[signal] = 0;
    return result;
}

void ce_signals_suspend(void) {
    install(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    install(SIGTSTP, on_signal);
}
