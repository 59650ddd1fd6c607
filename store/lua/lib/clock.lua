-- Shared by every script: time and keys.
-- Times are milliseconds by Redis' own clock, so that no host's clock can move a lease.

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- Lua would write large numbers as 1.7e+12.
local function int(n) return string.format('%.0f', n) end

-- A Celery task id is the job id, with `tenant:` in front of it outside the default tenant.
local function split_task(task)
  local tenant, id = string.match(task, '^([^:]+):(.+)$')
  if tenant then return tenant, id end
  return 'default', task
end

local function join_task(tenant, id) return tenant == 'default' and id or tenant .. ':' .. id end

local function record_key(tenant, id) return 'kritiq:' .. tenant .. ':job:' .. id end

local function get(key, ...)
  local values = redis.call('HMGET', key, ...)
  local out = {}
  for i, name in ipairs({...}) do out[name] = values[i] or nil end
  return out
end

-- Redis out of memory refuses commands that need memory, unless their script has written before. What ends jobs, frees
-- memory or keeps claims alive must go on then: it writes this nothing first.
local function even_when_full() redis.call('ZREM', 'kritiq:nothing', '') end

local TERMINAL = { succeeded = true, failed = true, canceled = true, expired = true }

-- How long claims live on that ran out while Redis itself was away.
local AMNESTY_MS = 5000
-- How long a record without text and result answers 410.
local TOMBSTONE_MS = 86400000
-- The reconciler purges records when their time has come; Redis itself does it this much later, should it be away.
local SAFETY_MS = 7 * 86400000
