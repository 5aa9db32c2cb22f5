void csimdjson_placeholder(void);
