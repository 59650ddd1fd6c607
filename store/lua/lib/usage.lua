-- What was used (`key.usage`, a hash for each organisation and day, UTC): `restaurant|model|what` -> how much. Requests are
-- counted when they are accepted, with the sentences that they were `accepted` for (a quota counts those); reviews, sentences
-- and characters when they are judged, in the step that ends the job, and so once, however often it was tried.

local function day_of(now) return string.sub(iso(now), 1, 10) end

-- Where the day has about how many bytes its restaurants' rows take, which anybody can make more of: `store.history` bounds them.
local WEIGHED = '~bytes'
local function row_bytes(name) return #name + 80 end

local function use(tenant, now, name, amount)
  local day = key.usage(tenant, day_of(now))
  if redis.call('HINCRBY', day, name, amount) ~= tonumber(amount) then return end
  redis.call('PEXPIRE', day, int(USAGE_MS))
  if tonumber(amount) > 0 and string.sub(name, 1, 1) ~= '|' then redis.call('HINCRBY', day, WEIGHED, row_bytes(name)) end
end

-- A request for so many sentences was accepted.
local function use_request(tenant, now, restaurant, weight)
  use(tenant, now, (restaurant or '') .. '||requests', 1)
  use(tenant, now, '||accepted', weight)
end

-- Adds what a job used (`store.job_record`) to `sums`: tenant -> name -> how much.
local function add_use(sums, tenant, used)
  local own = sums[tenant] or {}
  sums[tenant] = own
  for _, row in ipairs(cjson.decode(used)) do
    for i, what in ipairs({ 'reviews', 'sentences', 'characters' }) do
      local name = row[1] .. '|' .. what
      own[name] = (own[name] or 0) + row[i + 1]
    end
  end
end

local function keep_use(sums, now)
  for tenant, own in pairs(sums) do
    for name, amount in pairs(own) do use(tenant, now, name, int(amount)) end
  end
end
