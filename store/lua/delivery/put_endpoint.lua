-- uses: endpoint_health
-- Writes an endpoint, when nobody else has written it since it was read. What is as it was keeps its version.
-- ARGV: clock offset, tenant, id, version that was read (0: new), most endpoints, forget health (1),
-- most endpoints of these restaurants alone ('': as many as there may be), restaurants (a,b), then field, value, ...
-- Returns {version} | {'conflict'} | {'full'}
local tenant, id, read, most, reset = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6] == '1'
local base = key.endpoint(tenant, id)
local version = redis.call('HGET', base, 'version') or '0'
local most_within, restaurants, fields = tonumber(ARGV[7]), ARGV[8], arguments(9)
-- Whether everything is as it asks. No two secrets are sealed alike.
local function written()
  for i = 1, #fields, 2 do
    if (redis.call('HGET', base, fields[i]) or '') ~= fields[i + 1] then return false end
  end
  return true
end
-- Its failures are forgotten, also those of attempts that are under way.
local function begin_anew()
  forget_health(base)
  redis.call('HSET', base, 'fresh_at', int(now))
  touch(tenant, id)
end
if version ~= read then
  -- The same call again, after its answer was lost on the way.
  local again = not reset and tonumber(version) == tonumber(read) + 1 and written()
  return again and { tonumber(version) } or { 'conflict' }
end
if read ~= '0' and written() then
  if reset then
    begin_anew()
    announce_list(tenant, 'endpoints', redis.call('HGET', base, 'restaurants') or '')
  end
  return { tonumber(version) }
end
local ids, subscribed = key.endpoint_ids(tenant), key.endpoints(tenant)
-- `once` only keeps the secret of one-off webhooks.
local listed = id ~= 'once'
-- Endpoints of some of the restaurants, and of no others.
local function count_within()
  local count = 0
  for _, other in ipairs(redis.call('ZRANGE', ids, 0, -1)) do
    local theirs = redis.call('HGET', key.endpoint(tenant, other), 'restaurants') or ''
    local within = theirs ~= ''
    for restaurant in string.gmatch(theirs, '[^,]+') do within = within and has(restaurants, restaurant) end
    if within then count = count + 1 end
  end
  return count
end
if listed and read == '0' then
  if redis.call('ZCARD', ids) >= most then return { 'full' } end
  if most_within and count_within() >= most_within then return { 'full' } end
end
local before = redis.call('HGET', base, 'restaurants') or ''
if read == '0' then
  before = nil
  redis.call('HSET', base, 'created_at', int(now))
end
redis.call('HSET', base, 'updated_at', int(now), unpack(fields))
-- Fields of an endpoint that was stored before they were among its options.
redis.call('HDEL', base, 'url', 'description', 'include_text')
version = redis.call('HINCRBY', base, 'version', 1)
if listed then
  redis.call('ZADD', ids, 'NX', int(now), id)
  grant(base, before, now)
  local config = get(base, 'status', 'events', 'restaurants')
  if config.status == 'enabled' then
    redis.call('HDEL', base, 'disabled_at', 'disabled_reason')
    local only = config.restaurants ~= '' and '|' .. config.restaurants or ''
    redis.call('HSET', subscribed, id, config.events .. only)
  else
    redis.call('HSETNX', base, 'disabled_at', int(now))
    redis.call('HDEL', subscribed, id)
    -- The delivery worker drops what waits.
    redis.call('ZADD', key.due, int(now), tenant .. ':' .. id)
    ring()
  end
  if reset then begin_anew() end
  -- Whoever saw it as it was hears of it, too.
  if before and before ~= config.restaurants then announce_list(tenant, 'endpoints', before) end
  announce_list(tenant, 'endpoints', config.restaurants)
end
return { version }
