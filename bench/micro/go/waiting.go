package main

import (
	"math"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

const startedAtOnce = 1024

func parkAll(t *trial) uint64 {
	gate := make(chan int)
	var parked atomic.Int64
	var group sync.WaitGroup
	group.Add(t.tasks)
	before := residentBytes()
	for i := 0; i < t.tasks; i++ {
		go func() {
			defer group.Done()
			parked.Add(1)
			<-gate
		}()
		if i%startedAtOnce == 0 {
			runtime.Gosched()
		}
	}
	for parked.Load() < int64(t.tasks) {
		runtime.Gosched()
	}
	t.counters["bytes_per_task"] = residentBytesPerTask(before, t.tasks)
	close(gate)
	group.Wait()
	return uint64(parked.Load())
}

// As in lateness.cpp: time to start all, then time in which they come due, in a mixed order.
type wakePlan struct {
	first time.Time
	span  time.Duration
	tasks int
}

func newWakePlan(tasks int) wakePlan {
	start := 50*time.Millisecond + time.Duration(tasks)*3*time.Microsecond
	return wakePlan{time.Now().Add(start), time.Duration(tasks) * 2 * time.Microsecond, tasks}
}

func (p wakePlan) due(task int) time.Time {
	return p.first.Add(p.span / time.Duration(p.tasks) * time.Duration(task*7919%p.tasks))
}

func quantile(sorted []uint32, part float64) float64 {
	rank := int(math.Ceil(part * float64(len(sorted))))
	return float64(sorted[max(rank-1, 0)])
}

func sleepAll(t *trial) uint64 {
	late := make([]uint32, t.tasks)
	for i := range late {
		late[i] = 1 // makes it resident
	}
	var group sync.WaitGroup
	group.Add(t.tasks)
	before := residentBytes()
	plan := newWakePlan(t.tasks)
	for i := 0; i < t.tasks; i++ {
		go func(due time.Time, late *uint32) {
			defer group.Done()
			time.Sleep(time.Until(due))
			*late = uint32(time.Since(due).Microseconds())
		}(plan.due(i), &late[i])
		if i%startedAtOnce == 0 {
			runtime.Gosched()
		}
	}
	t.counters["spare_start_ms"] = float64(time.Until(plan.first)) / float64(time.Millisecond)
	time.Sleep(time.Until(plan.first.Add(-10 * time.Millisecond)))
	t.counters["bytes_per_task"] = residentBytesPerTask(before, t.tasks)
	group.Wait()
	sort.Slice(late, func(a, b int) bool { return late[a] < late[b] })
	t.counters["late_p50_us"] = quantile(late, 0.5)
	t.counters["late_p99_us"] = quantile(late, 0.99)
	return uint64(len(late))
}

func allTasks(t *trial) uint64 { return uint64(t.tasks) }

var waitingCases = []benchCase{
	{name: "parked", once: true, run: parkAll, expected: allTasks},
	{name: "sleepers", once: true, run: sleepAll, expected: allTasks},
}
