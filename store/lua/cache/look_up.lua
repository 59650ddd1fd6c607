-- What is remembered of some sentences; what is, has been used now. ARGV: digest, ...   Returns a judgement or nothing for each
even_when_full()
local now, out, hits = now_ms(), {}, 0
for i, digest in ipairs(ARGV) do
  local judgement = redis.call('GET', key.cache(digest))
  out[i] = judgement
  if judgement then
    redis.call('ZADD', key.cache_uses, int(now), digest)
    hits = hits + 1
  end
end
redis.call('HINCRBY', key.counters, 'cache_hits', hits)
redis.call('HINCRBY', key.counters, 'cache_misses', #ARGV - hits)
return out
