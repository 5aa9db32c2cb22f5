#include "include/CSimdjson.h"
void csimdjson_placeholder(void) {}
