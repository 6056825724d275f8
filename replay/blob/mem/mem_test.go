package mem_test

import (
	"testing"

	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/blob/blobtest"
	"github.com/afterimage/afterimage/replay/blob/mem"
)

func TestBucket(t *testing.T) {
	blobtest.Run(t, func(*testing.T) blob.Bucket { return mem.New() })
}
