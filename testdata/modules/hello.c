/* What the tests run to see that a module came back whole and still works: it prints a fixed greeting, its arguments and
 * the environment variable GREETING_TO, and exits with the code that `--exit CODE` asks for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  const char *to = getenv("GREETING_TO");
  int code = 0;
  printf("hello from wasm, %s\n", to ? to : "world");
  for (int i = 1; i < argc; ++i) {
    printf("argument %d: %s\n", i, argv[i]);
    if (strcmp(argv[i], "--exit") == 0 && i + 1 < argc) {
      code = atoi(argv[i + 1]);
    }
  }
  return code;
}
