package testenv

import (
	"os"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 returns the URL (s3://…) of a new, empty bucket in the object store of
// AFTERIMAGE_TEST_S3_URL, with the credentials of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. It is removed
// with all that it holds when the test ends. Skips the test where the variable is not set.
func S3(t testing.TB) string {
	t.Helper()
	u := parse(t, EnvS3, require(t, EnvS3))
	query := u.Query()
	client, err := minio.New(query.Get("endpoint"), &minio.Options{
		Creds:  credentials.NewStaticV4(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), ""),
		Secure: query.Get("insecure") != "true",
		Region: query.Get("region"),
	})
	if err != nil {
		t.Fatalf("%s: %v", EnvS3, err)
	}
	bucket := u.Host + "-" + fresh()
	if err := client.MakeBucket(t.Context(), bucket, minio.MakeBucketOptions{}); err != nil {
		t.Fatalf("make a bucket at %s: %v", query.Get("endpoint"), err)
	}
	t.Cleanup(func() {
		if err := removeBucket(client, bucket); err != nil {
			t.Errorf("remove the test's bucket: %v", err)
		}
	})
	u.Host = bucket
	return u.String()
}

// removeBucket removes a bucket with all that it holds, unfinished uploads included.
func removeBucket(client *minio.Client, bucket string) error {
	ctx, cancel := cleanupContext()
	defer cancel()
	objects := client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Recursive: true})
	for failed := range client.RemoveObjects(ctx, bucket, objects, minio.RemoveObjectsOptions{}) {
		return failed.Err
	}
	for upload := range client.ListIncompleteUploads(ctx, bucket, "", true) {
		if upload.Err != nil {
			return upload.Err
		}
		if err := client.RemoveIncompleteUpload(ctx, bucket, upload.Key); err != nil {
			return err
		}
	}
	return client.RemoveBucket(ctx, bucket)
}
