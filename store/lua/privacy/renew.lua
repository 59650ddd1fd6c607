-- Notes how much an attempt at an erasure has deleted, and that it goes on. What it deleted counts, whoever is at it now.
-- ARGV: clock offset, tenant, id, attempt, lease in ms, what it has deleted as JSON or ''
-- Returns 1 while it is that attempt's
local now = now_ms() + tonumber(ARGV[1])
local tenant, id = ARGV[2], ARGV[3]
local record = key.erasure(tenant, id)
even_when_full()
local found = get(record, 'status', 'attempt')
if found.status ~= 'running' and found.status ~= 'queued' then return 0 end
if ARGV[6] ~= '' then redis.call('HSET', record, 'erased|' .. ARGV[4], ARGV[6]) end
if found.status ~= 'running' or found.attempt ~= ARGV[4] then return 0 end
redis.call('ZADD', key.erasing, int(now + ARGV[5]), join_task(tenant, id))
return 1
