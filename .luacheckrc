std = "lua51"
read_globals = { "redis", "cjson", "unpack" }
