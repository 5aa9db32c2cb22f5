// Licensed under the Apache License, Version 2.0; see LICENSE.
// SPDX-License-Identifier: Apache-2.0

// What Swift cannot call of libmicrohttpd: functions with variable arguments. And the listening socket, made here
// and not by libmicrohttpd, since that one does not say why it could not.

#ifndef SYNC_CMICROHTTPD_H
#define SYNC_CMICROHTTPD_H

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

// Who an address belongs to: the address itself of IPv4, also where it is written as one of IPv6, and of IPv6 the
// network of 64 bits, since one machine may have all addresses of such a network.
static inline uint64_t sync_http_owner(const struct sockaddr *address) {
    uint64_t owner = 0;
    if (address != NULL && address->sa_family == AF_INET) {
        owner = ((const struct sockaddr_in *) address)->sin_addr.s_addr;
    } else if (address != NULL && address->sa_family == AF_INET6) {
        const struct in6_addr *bytes = &((const struct sockaddr_in6 *) address)->sin6_addr;
        int is_mapped = IN6_IS_ADDR_V4MAPPED(bytes);
        memcpy(&owner, bytes->s6_addr + (is_mapped ? 12 : 0), is_mapped ? 4 : 8);
    }
    return owner;
}

// The same of a connection.
static inline uint64_t sync_http_connection_owner(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *information =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return sync_http_owner(information == NULL ? NULL : information->client_addr);
}

// Its socket; -1 where that cannot be told.
static inline int sync_http_connection_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *information =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return information == NULL ? -1 : information->connect_fd;
}

// Starts serving with the library's own threads; takes the socket over, also when it
// fails and returns NULL. At its own limit of connections it would take no more from the queue of the socket, and those
// who stand there would wait: so that limit is out of reach, and it is admission that refuses.
static inline struct MHD_Daemon *sync_http_start(
    int descriptor, unsigned int threads, unsigned int connections, unsigned int timeout_in_seconds,
    size_t header_bytes, size_t header_step, MHD_AcceptPolicyCallback admission, MHD_AccessHandlerCallback handler,
    void *context, MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback changed) {
    return MHD_start_daemon(
        MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, admission, context, handler,
        context,
        MHD_OPTION_LISTEN_SOCKET, descriptor,
        MHD_OPTION_THREAD_POOL_SIZE, threads,
        // Shared out evenly among the threads, any of which may happen to take nearly all.
        MHD_OPTION_CONNECTION_LIMIT, 2 * threads * connections,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_in_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, header_bytes,
        // After each step a line without an end is searched for its end from the beginning; what is larger than an eighth
        // of what is free is replaced by steps of 128 bytes.
        MHD_OPTION_CONNECTION_MEMORY_INCREMENT, header_step,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, changed, context,
        MHD_OPTION_END);
}

#endif
