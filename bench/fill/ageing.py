"""Time that passes for a Redis whose clock cannot be moved: everything in it is made older instead."""

#: Everything in Redis that is a time moves into the past by ARGV[1] milliseconds: scores and `*_at` fields that are
#: milliseconds since the epoch, and what is left of the life of keys. Entries of streams keep their times.
AGE = """
local ms = tonumber(ARGV[1])
local function at(n) return string.format('%.0f', n) end
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = redis.call('TYPE', key).ok
  if kind == 'zset' then
    local items = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #items, 2 do
      if tonumber(items[i + 1]) > 1e12 then redis.call('ZADD', key, at(tonumber(items[i + 1]) - ms), items[i]) end
    end
  elseif kind == 'hash' then
    local items = redis.call('HGETALL', key)
    for i = 1, #items, 2 do
      local value = tonumber(items[i + 1])
      if string.sub(items[i], -3) == '_at' and value and value > 1e12 then
        redis.call('HSET', key, items[i], at(value - ms))
      end
    end
  end
  local left = redis.call('PTTL', key)
  if left > ms then redis.call('PEXPIRE', key, left - ms) elseif left > 0 then redis.call('DEL', key) end
end
"""
