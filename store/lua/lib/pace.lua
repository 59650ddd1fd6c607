-- How many deliveries one endpoint is sent at once: as many as it takes well. Additive increase, multiplicative decrease.

-- What an endpoint begins with.
local FIRST_WIDTH = 4
-- An answer is slow when it took so many times as long as the fastest lately, and so much longer in milliseconds; out of
-- so many answers the fastest is forgotten, about.
local SLOW, SLOW_MS, REMEMBERED = 3, 50, 5000

-- The width after an attempt that began at `began` and took `ms`, the milliseconds of the fastest, and when it was last
-- narrowed (0: never). `width`, `fastest` (nil: none yet) and `narrowed` are those before; `busy`: how many others are under way.
-- Answers in time make room for one more in each round (before the first that was not, in each answer), as long as the
-- room there is is used; a failure or a slow answer halves it, once for all that were under way together.
local function next_pace(width, fastest, narrowed, good, ms, began, now, busy, least, most)
  local in_time = good and ms <= math.max(SLOW * fastest, fastest + SLOW_MS)
  if good then fastest = ms < fastest and ms or fastest + (ms - fastest) / REMEMBERED end
  if in_time then
    if 2 * (busy + 1) >= width then width = width + (narrowed == 0 and 1 or 1 / width) end
  elseif began >= narrowed then
    width, narrowed = width / 2, now
  end
  return math.max(least, math.min(most, width)), fastest, narrowed
end
