-- uses: attempt, erasure
-- Acknowledges a message that nobody can be answered for, and keeps it for the operator.
-- ARGV: tag, SHA-1 of the message, what is kept of it, reason, what stands for tag and message, whether it is encrypted (1)
-- Returns the queue that it was in, '' when it was not held.
local tag, kept, reason, is = ARGV[1], ARGV[3], ARGV[4], ARGV[5]
even_when_full()
local queue, held = claimed(tag)
if not held or redis.sha1hex(held) ~= ARGV[2] then
  -- The same call again, after its answer was lost on the way: what it kept is among the latest. What is held is not: whoever
  -- sends messages may give all of them one tag.
  for _, each in ipairs(redis.call('LRANGE', key.rejected, 0, 19)) do
    local about = cjson.decode(string.match(each, '^[^\n]*'))
    if is ~= '' and about.is == is then return about.queue end
  end
  keep_rejected('', kept, reason, now_ms(), is)
  return ''
end
keep_rejected(queue, kept, reason, now_ms(), is)
unclaim(tag)
-- It was in plain until now.
if ARGV[6] == '1' then note_erasure(now_ms()) end
return queue
