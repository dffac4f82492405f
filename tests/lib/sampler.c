/* Runs a command and watches its memory: the anonymous pages that are its own (RssAnon), every
 * 5 ms, without those of files and libraries that the system can drop.
 *
 *   sampler OUT COMMAND…       writes the highest figure, in kB, to OUT; exits as the command did
 *   sampler OUT --pid PID      watches a running process until it ends or SIGTERM */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
    (void)sig;
    stop = 1;
}

/* -1 when the process is gone. */
static long rss_anon_kb(pid_t pid)
{
    char path[64];
    char line[256];
    long kb = -1;
    snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f)) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            kb = strtol(line + 8, NULL, 10);
        }
    }
    if (f) {
        fclose(f);
    }
    return kb;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: sampler OUT COMMAND… | sampler OUT --pid PID\n");
        return 2;
    }
    const char *out_path = argv[1];
    int is_child = strcmp(argv[2], "--pid") != 0;
    pid_t pid = is_child ? fork() : argc > 3 ? (pid_t)strtol(argv[3], NULL, 10) : -1;
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (pid < 0) {
        fprintf(stderr, "sampler: no process to watch\n");
        return 1;
    }
    struct sigaction act = {.sa_handler = on_term};
    sigaction(SIGTERM, &act, NULL);

    long highest = 0;
    long samples = 0;
    int status = 0;
    while (!stop) {
        long kb = rss_anon_kb(pid);
        if (is_child && waitpid(pid, &status, WNOHANG) == pid) {
            break;
        }
        if (kb < 0) {
            break;
        }
        highest = kb > highest ? kb : highest;
        samples++;
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    FILE *out = fopen(out_path, "w");
    if (!out) {
        perror(out_path);
        return 1;
    }
    fprintf(out, "%ld %ld\n", highest, samples);
    if (fclose(out) != 0) {
        return 1;
    }
    return !is_child ? 0 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
