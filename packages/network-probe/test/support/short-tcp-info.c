/* getsockopt as an older kernel's: TCP_INFO ends after NETSCOPE_TCP_INFO_BYTES, and what lies behind
 * is left as it was. For LD_PRELOAD. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int getsockopt(int fd, int level, int name, void *value, socklen_t *length) {
  const char *told = getenv("NETSCOPE_TCP_INFO_BYTES");
  if (level != IPPROTO_TCP || name != TCP_INFO || told == NULL) {
    return (int)syscall(SYS_getsockopt, fd, level, name, value, length);
  }
  unsigned char whole[1024];
  socklen_t room = sizeof whole;
  int answer = (int)syscall(SYS_getsockopt, fd, level, name, whole, &room);
  if (answer != 0) return answer;
  socklen_t bytes = (socklen_t)atoi(told);
  if (bytes > room) bytes = room;
  if (bytes > *length) bytes = *length;
  memcpy(value, whole, bytes);
  *length = bytes;
  return 0;
}
