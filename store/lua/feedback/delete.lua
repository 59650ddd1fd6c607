-- uses: feedback
-- Takes away what was said of a job or a line, or of one aspect of one of its sentences; the last of it takes the rest along.
-- ARGV: tenant, id (see the library), sentence's index, aspect; or nothing behind the id   Returns 1 when there was any
local tenant, id, index = ARGV[1], ARGV[2], ARGV[3]
local record = key.feedback(tenant, id)
even_when_full()
if not index then
  local there = forget_feedback(tenant, id)
  -- The archive may have what is past its time here. Anybody may ask for it again and again, so that these do not fill the outbox.
  tell_feedback(tenant, 'taken-back', id, there == 0)
  return there
end
local correction, sentence = 'correction|' .. index .. '|' .. ARGV[4], 'sentence|' .. index
local less = grows_by(record, correction, false)
if redis.call('HDEL', record, correction) == 0 then return 0 end
note_erasure(now_ms())
tell_feedback(tenant, 'taken-back', id, false, index, ARGV[4])
local others, all = false, true
local fields = redis.call('HGETALL', record)
for i = 1, #fields, 2 do
  if string.find(fields[i], '^correction|') then
    all = false
    others = others or string.find(fields[i], 'correction|' .. index .. '|', 1, true) == 1
  end
end
if all then
  forget_feedback(tenant, id)
else
  if not others then
    less = less + grows_by(record, sentence, false)
    redis.call('HDEL', record, sentence)
  end
  if redis.call('HEXISTS', record, 'bytes') == 1 then weigh_feedback(tenant, id, less) end
end
return 1
