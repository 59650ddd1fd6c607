-- Takes requests out of what a caller may make within a second, for its process to use: as many as are wanted and every one
-- of its limits has room for. So one limit is never charged for what another refuses.
-- ARGV: clock offset, tenant, most that are wanted, then of each limit whose it is and requests a second
-- Returns how many were taken, then of each limit how many are left, and in how many ms the oldest counts no more
local now = now_ms() + tonumber(ARGV[1])
local tenant, wanted = ARGV[2], tonumber(ARGV[3])
local left = {}
-- A full Redis is read from all the same, and what reads counts too.
even_when_full()
for i = 4, #ARGV, 2 do
  local limit = tonumber(ARGV[i + 1])
  local window = moving_window({ key.rate(tenant, ARGV[i]) }, { now / 1000 - 1, limit })
  local free = limit - (window and window[2] or 0)
  wanted = math.min(wanted, free)
  left[#left + 1] = free
  -- After a failover to a server whose clock is behind, what was counted may be in the future: then it goes with its key.
  left[#left + 1] = window and math.max(1, math.min(1001, math.ceil(tonumber(window[1]) * 1000 + 1001 - now))) or 0
end
for i = 4, wanted > 0 and #ARGV or 0, 2 do
  acquire_moving_window({ key.rate(tenant, ARGV[i]) }, { now / 1000, ARGV[i + 1], 1, wanted })
  left[i - 3] = left[i - 3] - wanted
end
return { wanted, unpack(left) }
