-- Time, ids and reading. The keys themselves are spelled in `store/keys.py`, with type, owner and lifetime; `load` puts
-- those that a script uses in front of it as `key.job(tenant, id)`, `key.claims` and so on.
-- Times are milliseconds by Redis' own clock, so that no host's clock can move a lease.

-- How long claims live on that ran out while Redis itself was away.
local AMNESTY_MS = 5000

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- Milliseconds since the epoch as ISO 8601, as Celery writes the time of an end. Redis' Lua has no calendar of its own:
-- this is the civil calendar by eras of 400 years that begin in March.
local function iso(ms)
  local days = math.floor(ms / 86400000)
  local rest = ms - days * 86400000
  days = days + 719468
  local era = math.floor(days / 146097)
  local of_era = days - era * 146097
  local year = math.floor((of_era - math.floor(of_era / 1460) + math.floor(of_era / 36524)
    - math.floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = math.floor((5 * of_year + 2) / 153)
  local day = of_year - math.floor((153 * month + 2) / 5) + 1
  month = month < 10 and month + 3 or month - 9
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03d000+00:00', year + era * 400 + (month <= 2 and 1 or 0), month,
    day, math.floor(rest / 3600000), math.floor(rest / 60000) % 60, math.floor(rest / 1000) % 60, rest % 1000)
end

-- Lua would write large numbers as 1.7e+12. In two halves, since integers of Redis on 32 bits are no longer; '%.0f'
-- would take twice as long.
local function int(n)
  if n + 0 < 2147483648 then return string.format('%d', n) end
  return string.format('%d%06d', n / 1000000, n % 1000000)
end

-- What sets of jobs hold: the job id, with `tenant:` in front of it outside the default tenant. No job id has a colon.
local function split_task(task)
  local tenant, id = string.match(task, '^([^:]+):(.+)$')
  if tenant then return tenant, id end
  return 'default', task
end

local function join_task(tenant, id) return tenant == 'default' and id or tenant .. ':' .. id end

-- The Celery task id of such a job: ids that Celery clients chose are kept percent-encoded (`jobs.job.job_id_of`).
local function celery_id(task)
  if not string.find(task, '%', 1, true) then return task end
  return (string.gsub(task, '%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end))
end

-- The queue that a list's messages are counted in.
local function account_of(list) return string.find(list, MODEL_LISTS, 1, true) == 1 and MODEL_QUEUE or list end

-- Some fields of a hash, by name.
local function get(hash, ...)
  local values = redis.call('HMGET', hash, ...)
  local out = {}
  for i, name in ipairs({...}) do out[name] = values[i] or nil end
  return out
end

-- The arguments from `first` to `last` as a list, for `unpack`.
local function arguments(first, last)
  local out = {}
  for i = first, last or #ARGV do out[#out + 1] = ARGV[i] end
  return out
end

-- The values of `list`, with those of `more` behind them.
local function joined(list, more)
  for _, value in ipairs(more or {}) do list[#list + 1] = value end
  return list
end

-- Redis out of memory refuses commands that need memory, unless their script has written before. What ends jobs, frees
-- memory or keeps claims alive must go on then: it writes this nothing first (tests/unit/store/test_full_memory.py).
local function even_when_full() redis.call('ZREM', key.nothing, '') end

-- Writes a status, as every status is written: only one that may follow, by the table that Python has too. `fields`
-- go into the record with it. `known` has the record's status and version, if they have been read. Returns the new
-- version, and the status before.
local function transition(record, table_, to, fields, known)
  known = known or get(record, 'status', 'version')
  local from, version = known.status or 'new', (known.version or 0) + 1
  if not string.find(table_, ' ' .. from .. '>' .. to .. ' ', 1, true) then
    error('no transition of ' .. record .. ' from ' .. from .. ' to ' .. to)
  end
  redis.call('HSET', record, 'status', to, 'version', version, unpack(fields or {}))
  return version, from
end
