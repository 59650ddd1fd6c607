-- uses: delivery, lists, pace
-- Shared by the delivery scripts: whether an endpoint is sent anything, how much at once, its breaker and its health.
-- ARGV[1] is always the milliseconds that the caller's clock is ahead of Redis' own (0 outside of tests).
local now = now_ms() + tonumber(ARGV[1])

-- Most pings and replays in flight to one endpoint, and scheduled deliveries that it may always have: what is more is
-- sent by threads that no other endpoint needs. One while its last attempt failed, so that a receiver that hangs costs the
-- others one thread.
local CAP = 4
-- The breaker opens after this many failures in a row, or at this share of at least so many attempts in five minutes.
local IN_A_ROW, SHARE, AT_LEAST, WINDOW_MIN = 10, 0.7, 10, 5
local OPEN_MS, LONGEST_OPEN_MS = 30000, 900000
-- Nothing but failures for so many hours disables an endpoint; the log tells the operator before.
local NOTICE_HOURS, DISABLE_HOURS = { 24, 72, 120 }, 120
-- How long health is kept after an attempt: beyond the next one, which may be two days away.
local HEALTH_MS = math.max(DELIVERY_LOG_MS, OVERDUE_MS)

-- How often an endpoint may be pinged, and how often what it missed may be sent again, within a minute.
local OFTEN, OFTEN_MS = { ping = 10, recover = 10 }, 60000

-- The seconds after which this may be asked again, when it was asked too often; else nil.
local function too_often(base, what)
  local record = base .. ':asked'
  local began = tonumber(redis.call('HGET', record, what .. '_at') or 0)
  if now - began >= OFTEN_MS then
    began = now
    redis.call('HSET', record, what .. '_at', int(now), what, 0)
    redis.call('PEXPIRE', record, OFTEN_MS)
  end
  if redis.call('HINCRBY', record, what, 1) <= OFTEN[what] then return nil end
  return int(math.ceil((began + OFTEN_MS - now) / 1000))
end

local function is_once(endpoint) return string.sub(endpoint, 1, 5) == 'once_' end

-- Whether the job or batch that a delivery (its `type` and `subject`) is about was taken away.
local function subject_gone(tenant, d)
  local about = string.match(d.type, '^(%a+)%.')
  if is_erasure(d.type) or (about ~= 'job' and about ~= 'batch') then return false end
  return redis.call('HEXISTS', told_from(tenant, about, d.subject), 'status') == 0
end

-- How many scheduled deliveries may start now, when the breaker lets the next one through, and how many are under way.
local function room(base)
  local busy = redis.call('ZCARD', base .. ':inflight')
  local health = get(base .. ':health', 'consecutive', 'open_until', 'width')
  if health.open_until then
    -- One probe, when its time has come.
    return math.max(0, 1 - busy), tonumber(health.open_until), busy
  end
  local width = math.floor(tonumber(health.width or FIRST_WIDTH))
  return math.max(0, (tonumber(health.consecutive or 0) > 0 and 1 or width) - busy), 0, busy
end

-- Why nothing may be sent to the endpoint, and whether that holds for pings and replays too.
local function closed(base, endpoint)
  local config = get(base, 'status', 'disabled_reason')
  if not config.status and not is_once(endpoint) then return 'endpoint_deleted', true end
  if config.status == 'disabled' then return 'endpoint_disabled', config.disabled_reason == 'owner' end
  return nil, false
end

-- Says when to look at the endpoint again. What waits for a closed one is to be dropped at once. `quiet`: nobody is woken.
local function touch(tenant, endpoint, quiet)
  local base, at = key.endpoint(tenant, endpoint), math.huge
  local free, open_until, busy = room(base)
  local shut, all = closed(base, endpoint)
  local function first(set, floor, drop)
    local entry = redis.call('ZRANGE', base .. set, 0, 0, 'WITHSCORES')
    if entry[2] then at = math.min(at, drop and now or math.max(tonumber(entry[2]), floor)) end
  end
  first(':inflight', 0)
  if busy < CAP or all then first(':manual', 0, all) end
  if free > 0 or shut then first(':due', open_until, shut) end
  if at == math.huge then
    redis.call('ZREM', key.due, tenant .. ':' .. endpoint)
  else
    redis.call('ZADD', key.due, int(at), tenant .. ':' .. endpoint)
    if at <= now and not quiet then ring() end
  end
end

local function forget_health(base) redis.call('DEL', base .. ':health', base .. ':window') end

-- Nothing is sent to the endpoint any more; the others that asked for it hear of that.
local function disable(tenant, endpoint, reason)
  local base = key.endpoint(tenant, endpoint)
  redis.call('HSET', base, 'status', 'disabled', 'disabled_reason', reason, 'disabled_at', int(now))
  redis.call('HINCRBY', base, 'version', 1)
  redis.call('HDEL', key.endpoints(tenant), endpoint)
  forget_health(base)
  redis.call('ZADD', key.due, int(now), tenant .. ':' .. endpoint)
  if is_once(endpoint) then
    redis.call('PEXPIRE', base, int(GIVEN_UP_MS))
  else
    emit(tenant, 'endpoint.disabled', endpoint, now, { 'detail', reason })
    announce_list(tenant, 'endpoints', redis.call('HGET', base, 'restaurants'))
  end
end

-- Takes an attempt of `ms` milliseconds, begun at `began`, into account for how many there may be at once.
local function note_pace(base, good, ms, began, least, most)
  local health, busy = base .. ':health', redis.call('ZCARD', base .. ':inflight')
  local was = get(health, 'width', 'fastest_ms', 'narrowed_at')
  -- Before the first good answer none was the fastest.
  local width, fastest, narrowed = next_pace(tonumber(was.width or FIRST_WIDTH), tonumber(was.fastest_ms or good and ms),
    tonumber(was.narrowed_at or 0), good, ms, began, now, busy, least, most)
  redis.call('HSET', health, 'width', string.format('%.3f', width), 'narrowed_at', int(narrowed))
  -- It is forgotten by less than a hundredth of a millisecond at a time.
  if fastest then redis.call('HSET', health, 'fastest_ms', string.format('%.6f', fastest)) end
end

local function note_success(base)
  local health = base .. ':health'
  local was_open = redis.call('HEXISTS', health, 'open_until') == 1
  redis.call('HDEL', health, 'consecutive', 'open_until', 'trips', 'probe', 'failing_since', 'failures', 'notices')
  redis.call('HSET', health, 'last_success_at', int(now))
  redis.call('PEXPIRE', health, int(HEALTH_MS))
  if was_open then redis.call('DEL', base .. ':window') end
end

-- Counts one attempt into the last five minutes; returns the failed ones and all.
local function count_window(base, good)
  local record, minute, failed, all = base .. ':window', math.floor(now / 60000), 0, 0
  redis.call('HINCRBY', record, minute .. (good and ':ok' or ':bad'), 1)
  redis.call('PEXPIRE', record, (WINDOW_MIN + 1) * 60000)
  local counts = redis.call('HGETALL', record)
  for i = 1, #counts, 2 do
    local at, kind = string.match(counts[i], '^(%d+):(%a+)$')
    if tonumber(at) <= minute - WINDOW_MIN then
      redis.call('HDEL', record, counts[i])
    else
      all = all + tonumber(counts[i + 1])
      if kind == 'bad' then failed = failed + tonumber(counts[i + 1]) end
    end
  end
  return failed, all
end

-- Returns what to log: 'opened', 'failing_24h', 'failing_72h', 'disabled' or ''.
local function note_failure(tenant, endpoint, msg)
  local base = key.endpoint(tenant, endpoint)
  local record = base .. ':health'
  local in_a_row = redis.call('HINCRBY', record, 'consecutive', 1)
  local failures = redis.call('HINCRBY', record, 'failures', 1)
  redis.call('HSETNX', record, 'failing_since', int(now))
  redis.call('HSET', record, 'last_failure_at', int(now))
  redis.call('PEXPIRE', record, int(HEALTH_MS))
  local failed, all = count_window(base, false)
  local health = get(record, 'failing_since', 'open_until', 'trips', 'probe', 'notices')
  local notice = ''
  if health.open_until then
    if health.probe == msg then
      local trips = tonumber(health.trips or 0) + 1
      redis.call('HSET', record, 'trips', trips, 'open_until', int(now + math.min(OPEN_MS * 2 ^ trips, LONGEST_OPEN_MS)))
      redis.call('HDEL', record, 'probe')
    end
  elseif in_a_row >= IN_A_ROW or (all >= AT_LEAST and failed / all >= SHARE) then
    redis.call('HSET', record, 'trips', 0, 'open_until', int(now + OPEN_MS))
    notice = 'opened'
  end
  local hours = (now - tonumber(health.failing_since)) / 3600000
  local noticed = tonumber(health.notices or 0)
  for i, limit in ipairs(NOTICE_HOURS) do
    if hours >= limit and noticed < i then
      redis.call('HSET', record, 'notices', i)
      notice = 'failing_' .. limit .. 'h'
    end
  end
  if hours >= DISABLE_HOURS and failures >= 2 then
    disable(tenant, endpoint, 'failing')
    notice = 'disabled'
  end
  return notice
end
