-- uses: feedback
-- Takes away what was said of a job or a line, or of one aspect of one of its sentences; the last of it takes the rest along.
-- ARGV: tenant, id (see the library), sentence's index, aspect; or nothing behind the id   Returns 1 when there was any
local tenant, id, index = ARGV[1], ARGV[2], ARGV[3]
local record = key.feedback(tenant, id)
even_when_full()
if not index then return forget_feedback(tenant, id) end
if redis.call('HDEL', record, 'correction|' .. index .. '|' .. ARGV[4]) == 0 then return 0 end
note_erasure(now_ms())
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
elseif not others then
  redis.call('HDEL', record, 'sentence|' .. index)
end
return 1
