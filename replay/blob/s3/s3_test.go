package s3_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/afterimage/afterimage/internal/testenv"
	"github.com/afterimage/afterimage/replay/blob"
	"github.com/afterimage/afterimage/replay/blob/blobtest"
	"github.com/afterimage/afterimage/replay/blob/s3"
)

func parse(t *testing.T, rawURL string) s3.Config {
	t.Helper()
	c, err := s3.Parse(rawURL, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func open(t *testing.T, c s3.Config) *s3.Bucket {
	t.Helper()
	b, err := s3.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBucket(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Bucket { return open(t, parse(t, testenv.S3(t))) })
}

// TestPrefix: a prefix makes a bucket of its own inside one that others use.
func TestPrefix(t *testing.T) {
	c := parse(t, testenv.S3(t))
	whole := open(t, c)
	c.Prefix = "some/folder/"
	part := open(t, c)
	put := func(b *s3.Bucket, key string) {
		if err := b.Put(t.Context(), key, strings.NewReader(key), int64(len(key))); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"some/folder2/x", "some/fold", "x/y"} {
		put(whole, key)
	}
	put(part, "x/y")
	put(part, "z")
	if got := keys(t, part, ""); !slices.Equal(got, []string{"x/y", "z"}) {
		t.Errorf("List in the part = %q", got)
	}
	if got := keys(t, part, "x"); !slices.Equal(got, []string{"x/y"}) {
		t.Errorf("List of x in the part = %q", got)
	}
	if o, err := part.Stat(t.Context(), "x/y"); err != nil || o.Key != "x/y" || o.Size != 3 {
		t.Errorf("Stat in the part = %+v, %v", o, err)
	}
	r, err := part.Get(t.Context(), "x/y", 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil || string(got) != "/y" {
		t.Errorf("Get in the part = %q, %v", got, err)
	}
	if err := part.Delete(t.Context(), "x/y"); err != nil {
		t.Error(err)
	}
	want := []string{"some/fold", "some/folder/z", "some/folder2/x", "x/y"}
	if got := keys(t, whole, ""); !slices.Equal(got, want) {
		t.Errorf("List of the whole = %q, want %q", got, want)
	}
}

// keys gives what List gives.
func keys(t *testing.T, b *s3.Bucket, prefix string) (all []string) {
	t.Helper()
	err := b.List(t.Context(), prefix, func(o blob.Object) error {
		all = append(all, o.Key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// client is the S3 server without this package between.
func client(t *testing.T, c s3.Config) *minio.Client {
	t.Helper()
	client, err := minio.New(c.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: !c.Insecure, Region: c.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// largeBytes needs three parts, the last of them short.
const largeBytes = 17<<20 + 3

func large() []byte {
	content := make([]byte, largeBytes)
	for i := range content {
		content[i] = byte(i>>16) ^ byte(i)
	}
	return content
}

func TestLargeObject(t *testing.T) {
	b := open(t, parse(t, testenv.S3(t)))
	content := large()
	if err := b.Put(t.Context(), "large", iotest.HalfReader(bytes.NewReader(content)), largeBytes); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct{ offset, length int64 }{{0, -1}, {8<<20 - 10, 20}, {16<<20 - 1, -1}} {
		rc, err := b.Get(t.Context(), "large", r.offset, r.length)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(rc)
		want := content[r.offset:]
		if r.length >= 0 {
			want = want[:r.length]
		}
		if err = errors.Join(err, rc.Close()); err != nil || !bytes.Equal(got, want) {
			t.Errorf("range %v: %d bytes, %v, want %d", r, len(got), err, len(want))
		}
	}
}

func TestLargeObjectThatFailsLeavesNothing(t *testing.T) {
	c := parse(t, testenv.S3(t))
	b := open(t, c)
	broken := errors.New("broken")
	content := large()
	ctx, cancel := context.WithCancel(t.Context())
	for name, test := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		want error
	}{
		"too little":     {t.Context(), bytes.NewReader(content[:largeBytes-1]), blob.ErrSize},
		"too much":       {t.Context(), io.MultiReader(bytes.NewReader(content), strings.NewReader("x")), blob.ErrSize},
		"broken":         {t.Context(), io.MultiReader(bytes.NewReader(content[:9<<20]), iotest.ErrReader(broken)), broken},
		"broken at end":  {t.Context(), io.MultiReader(bytes.NewReader(content), iotest.ErrReader(broken)), broken},
		"context ending": {ctx, io.MultiReader(bytes.NewReader(content[:9<<20]), endsContext{cancel}), context.Canceled},
	} {
		if err := b.Put(test.ctx, "large", test.r, largeBytes); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if _, err := b.Stat(t.Context(), "large"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s: Stat afterwards: %v, want ErrNotFound", name, err)
		}
	}
	for upload := range client(t, c).ListIncompleteUploads(t.Context(), c.Bucket, "", true) {
		t.Errorf("parts of a failed upload are left: %s %d bytes, %v", upload.Key, upload.Size, upload.Err)
	}
}

// endsContext gives bytes, but ends its context first.
type endsContext struct{ cancel context.CancelFunc }

func (e endsContext) Read(p []byte) (int, error) {
	e.cancel()
	return len(p), nil
}

func TestOpenMakesTheBucket(t *testing.T) {
	c := parse(t, testenv.S3(t))
	c.Bucket += "-new"
	t.Cleanup(func() {
		if err := client(t, c).RemoveBucket(context.WithoutCancel(t.Context()), c.Bucket); err != nil {
			t.Error(err)
		}
	})
	for range 2 { // the second time it is there
		b := open(t, c)
		if _, err := b.Stat(t.Context(), "k"); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("Stat in a new bucket: %v", err)
		}
	}
}

func TestForeignKeysAreNotListed(t *testing.T) {
	c := parse(t, testenv.S3(t))
	b := open(t, c)
	for _, name := range []string{"ours", "with space", "folder/", "ümlaut"} {
		_, err := client(t, c).PutObject(t.Context(), c.Bucket, name, strings.NewReader(""), 0, minio.PutObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := keys(t, b, ""); !slices.Equal(got, []string{"ours"}) {
		t.Errorf("List = %q, want only ours", got)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	right := parse(t, testenv.S3(t))
	for name, test := range map[string]struct {
		change func(*s3.Config)
		want   string
	}{
		"secret": {func(c *s3.Config) { c.SecretKey = "not-the-secret" }, "secret key is wrong"},
		"user":   {func(c *s3.Config) { c.AccessKey = "nobody" }, "access key"},
		"https":  {func(c *s3.Config) { c.Insecure = false }, "insecure=true"},
		"host":   {func(c *s3.Config) { c.Endpoint = "127.0.0.1:1" }, "refused"},
	} {
		c := right
		test.change(&c)
		_, err := s3.Open(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), c.Bucket) {
			t.Errorf("wrong %s: %v, want an error with %q and the bucket's name", name, err, test.want)
		} else if strings.Contains(err.Error(), url.QueryEscape(c.SecretKey)) {
			t.Errorf("wrong %s: the error shows the secret: %v", name, err)
		}
	}
}
