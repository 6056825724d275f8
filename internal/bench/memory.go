package bench

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// memoryEvery is how often the memory is looked at: often enough to see one answer being made.
const memoryEvery = 2 * time.Millisecond

// memoryWatch notes the most memory that this process held.
type memoryWatch struct {
	end  chan struct{}
	most chan int64
}

// watchMemory begins with nothing but what is in use.
func watchMemory() *memoryWatch {
	debug.FreeOSMemory()
	debug.FreeOSMemory() // what pools held is freed by the second collection
	w := &memoryWatch{end: make(chan struct{}), most: make(chan int64)}
	go func() {
		tick := time.NewTicker(memoryEvery)
		defer tick.Stop()
		most := heldMemory()
		for {
			select {
			case <-tick.C:
				most = max(most, heldMemory())
			case <-w.end:
				w.most <- max(most, heldMemory())
				return
			}
		}
	}()
	return w
}

// stop ends the watch and returns the most that was held, in bytes.
func (w *memoryWatch) stop() int64 {
	close(w.end)
	return <-w.most
}

// heldMemory is what Go's runtime has of the system and has not given back.
func heldMemory() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}
