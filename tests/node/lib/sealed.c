/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sealed FILTER PROGRAM [WORD]...: run a program under a filter of system calls, as a container engine does.
 *
 * FILTER is a file with the classic BPF program (lib/seal.py writes it). It is put on before user and rights are given
 * up, which needs CAP_SYS_ADMIN, so that it says nothing about no_new_privs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static struct sock_filter code[BPF_MAXINSNS];
	struct sock_fprog program = {.filter = code};
	ssize_t size;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: sealed FILTER PROGRAM [WORD]...\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? -1 : read(fd, code, sizeof(code));
	if (size <= 0 || (size_t)size % sizeof(code[0]) != 0) {
		fprintf(stderr, "sealed: %s: expected a program of BPF: %s\n", argv[1], strerror(errno));
		return 126;
	}
	program.len = (unsigned short)((size_t)size / sizeof(code[0]));
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
		fprintf(stderr, "sealed: the kernel refuses the filter of %s: %s\n", argv[1], strerror(errno));
		return 126;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "sealed: %s: %s\n", argv[2], strerror(errno));
	return 127;
}
