// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// What Swift cannot call of libmicrohttpd: functions with variable arguments. And the listening socket, made here
// and not by libmicrohttpd, since that one does not say why it could not.

#ifndef SYNC_CMICROHTTPD_H
#define SYNC_CMICROHTTPD_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Opens a listening socket; returns it, or -1 with the reason in *reason (a text that is never freed).
static inline int sync_http_listen(const char *host, const char *port, const char **reason) {
    struct addrinfo hints, *list = NULL, *address;
    int descriptor = -1, yes = 1, code;
    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    code = getaddrinfo(host, port, &hints, &list);
    if (code != 0) {
        *reason = gai_strerror(code);
        return -1;
    }
    *reason = "no address";
    for (address = list; address != NULL && descriptor < 0; address = address->ai_next) {
        descriptor = socket(address->ai_family, SOCK_STREAM, address->ai_protocol);
        if (descriptor < 0) {
            *reason = strerror(errno);
            continue;
        }
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (bind(descriptor, address->ai_addr, address->ai_addrlen) != 0 || listen(descriptor, 128) != 0
            || fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0 || fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) {
            *reason = strerror(errno);
            close(descriptor);
            descriptor = -1;
        }
    }
    freeaddrinfo(list);
    return descriptor;
}

// The port that a socket listens at; 0 when that cannot be told.
static inline uint16_t sync_http_port(int descriptor) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *) &address, &length) != 0) return 0;
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *) &address)->sin6_port);
    return ntohs(((struct sockaddr_in *) &address)->sin_port);
}

// Writes the address that a connection comes from, without its port; returns 0 where it cannot be told.
static inline int sync_http_peer(struct MHD_Connection *connection, char *text, size_t size) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info == NULL ? NULL : info->client_addr;
    if (address == NULL) return 0;
    if (address->sa_family == AF_INET)
        return inet_ntop(AF_INET, &((const struct sockaddr_in *) address)->sin_addr, text, (socklen_t) size) != NULL;
    if (address->sa_family == AF_INET6)
        return inet_ntop(AF_INET6, &((const struct sockaddr_in6 *) address)->sin6_addr, text, (socklen_t) size) != NULL;
    return 0;
}

// Starts serving with the library's own threads; takes the socket over, also when it
// fails and returns NULL.
static inline struct MHD_Daemon *sync_http_start(
    int descriptor, unsigned int threads, unsigned int connections, unsigned int connections_per_address,
    unsigned int timeout_in_seconds, size_t header_bytes, MHD_AccessHandlerCallback handler, void *context,
    MHD_RequestCompletedCallback completed) {
    return MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handler, context,
        MHD_OPTION_LISTEN_SOCKET, descriptor,
        MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, connections_per_address,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_in_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, header_bytes,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_END);
}

#endif
