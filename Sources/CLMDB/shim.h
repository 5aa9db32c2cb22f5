// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

#ifndef CLMDB_SHIM_H
#define CLMDB_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

/// Makes the file at least `size` bytes long with every block of it allocated; returns 0 or an errno value.
static inline int clmdb_allocate(int descriptor, off_t size) {
#ifdef __APPLE__
    struct stat status;
    if (fstat(descriptor, &status) != 0) return errno;
    if (status.st_size >= size) return 0;
    fstore_t request = {F_ALLOCATEALL, F_PEOFPOSMODE, 0, size - status.st_size, 0};
    if (fcntl(descriptor, F_PREALLOCATE, &request) != 0) return errno;
    return ftruncate(descriptor, size) == 0 ? 0 : errno;
#else
    int error;
    do error = posix_fallocate(descriptor, 0, size);
    while (error == EINTR);
    return error;
#endif
}

/// Writes what tells this start of the machine from every other one, as text; returns its length, 0 when unknown.
static inline size_t clmdb_boot_id(char *text, size_t capacity) {
#ifdef __APPLE__
    size_t size = capacity;
    if (sysctlbyname("kern.bootsessionuuid", text, &size, NULL, 0) != 0 || size == 0) return 0;
    return strnlen(text, size);
#else
    int descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    ssize_t size = read(descriptor, text, capacity);
    close(descriptor);
    while (size > 0 && text[size - 1] == '\n') size--;
    return size > 0 ? (size_t)size : 0;
#endif
}

#endif
