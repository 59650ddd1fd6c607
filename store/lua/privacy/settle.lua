-- uses: audit, erasure
-- What an attempt at an erasure has come to: it waits for its next (`queued`), for the archive (`running`), or has ended.
-- ARGV: clock offset, tenant, id, attempt, status, milliseconds until somebody comes to it again, a field and its value or
--   '' and '', then what is written into the audit log with it (`note_in_audit`)
-- Returns 1 when it was still that attempt's
local now = now_ms() + tonumber(ARGV[1])
local tenant, id, status = ARGV[2], ARGV[3], ARGV[5]
local record, task = key.erasure(tenant, id), join_task(tenant, id)
even_when_full()
local found = get(record, 'status', 'version', 'attempt', 'expires_at')
if found.attempt ~= ARGV[4] then return 0 end
-- Said again: its answer was lost.
if found.expires_at then return found.status == status and 1 or 0 end
local more = ARGV[7] == '' and {} or { ARGV[7], ARGV[8] }
if string.find(ENDED_ERASURES, ' ' .. status .. ' ', 1, true) then
  transition(record, ERASURE_TRANSITIONS, status,
    joined({ 'finished_at', int(now), 'expires_at', int(now + ERASURE_MS) }, more), found)
  redis.call('ZREM', key.erasing, task)
  redis.call('PEXPIRE', record, ERASURE_MS)
  note_in_audit(tenant, ARGV, 9)
else
  if found.status ~= status then
    transition(record, ERASURE_TRANSITIONS, status, more, found)
  elseif #more > 0 then
    redis.call('HSET', record, unpack(more))
  end
  redis.call('ZADD', key.erasing, int(now + ARGV[6]), task)
end
-- Nobody needs to know any more whose they were.
if status ~= 'queued' and redis.call('HDEL', record, 'author') == 1 then note_erasure(now) end
return 1
