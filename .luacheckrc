-- What Redis gives a script: Lua 5.1 and Redis' own tables, without files, modules or a terminal.
stds.redis = { read_globals = { "redis", "cjson", "cmsgpack", "bit", "struct", "KEYS", "ARGV" } }
std = "lua51+redis"
not_globals = { "io", "os", "require", "module", "package", "dofile", "loadfile", "print", "newproxy", "debug" }
codes = true
color = false
max_line_length = false
