-- uses: erasure
-- Puts what is encrypted in place of a result that was in plain for a Celery client, for as long as it is kept.
-- ARGV: job (as in sets), SHA-1 of what was in plain, what is encrypted; '': it goes
local result = key.result(celery_id(ARGV[1]))
local plain = redis.call('GET', result)
even_when_full()
if plain and redis.sha1hex(plain) == ARGV[2] then
  if ARGV[3] == '' then redis.call('DEL', result) else redis.call('SET', result, ARGV[3], 'KEEPTTL') end
  note_erasure(now_ms())
end
redis.call('ZREM', key.plain_results, ARGV[1])
