// Package podlist asks Kubernetes for the pods of a node: the kubelet, or the API server. Both
// answer a GET with the same JSON, of which only the names of the pods are wanted, so this takes no
// client of Kubernetes. Who answers may be slow, hostile, or something else: an answer has a time,
// a size and a number of pods.
package podlist

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/cgroup"
	"github.com/go-usdt/usdt/internal/tracing/printable"
)

const (
	patience = 2 * time.Second // for an answer, the connection included
	maxBytes = 16 << 20
	maxPods  = 4096 // a node has some hundred
)

// metadataOnly has an API server leave out everything of a pod but its metadata. The kubelet sends
// all of it.
const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, " +
	"application/json;q=0.9"

// List returns the pods of a source, or an error, after two seconds at most. Names are as they
// come, of any bytes. It may be called by several goroutines.
func (s Source) List() ([]cgroup.Pod, error) {
	pods, err := s.list(patience)
	if err != nil {
		return nil, fmt.Errorf("ask %s for pods: %w", printable.Text(s.URL), err)
	}
	return pods, nil
}

func (s Source) list(patience time.Duration) ([]cgroup.Pod, error) {
	request, err := s.request()
	if err != nil {
		return nil, err
	}
	client, err := s.client(patience)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return nil, errors.Unwrap(err) // that of url.Error, which has the URL again
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, fmt.Errorf("it answers %d: this account may not list pods", response.StatusCode)
	default:
		return nil, fmt.Errorf("it answers %d", response.StatusCode)
	}
	body := &io.LimitedReader{R: response.Body, N: maxBytes}
	pods, err := decode(json.NewDecoder(body))
	if err != nil && body.N <= 0 {
		return nil, fmt.Errorf("the answer has more than %d MiB", maxBytes>>20)
	}
	return pods, err
}

var errNoList = errors.New("the answer is no list of pods")

// decode reads a list. It has one pod at a time in memory, besides the names.
func decode(d *json.Decoder) (pods []cgroup.Pod, err error) {
	isList := false
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(errNoList, err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		if key != "items" {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return nil, err
			}
			continue
		}
		isList = true
		if pods, err = decodeItems(d, pods); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if !isList {
		return nil, errNoList
	}
	return pods, nil
}

// decodeItems adds the pods of an array, or of null.
func decodeItems(d *json.Decoder, pods []cgroup.Pod) ([]cgroup.Pod, error) {
	switch t, err := d.Token(); {
	case err != nil:
		return nil, err
	case t == nil:
		return pods, nil
	case t != json.Delim('['):
		return nil, errNoList
	}
	for d.More() {
		var item struct {
			Metadata struct{ Namespace, Name, UID string }
		}
		if err := d.Decode(&item); err != nil {
			return nil, err
		}
		if len(pods) == maxPods {
			return nil, fmt.Errorf("the answer has more than %d pods; ask for those of one node", maxPods)
		}
		of := item.Metadata
		pods = append(pods, cgroup.Pod{UID: of.UID, Namespace: of.Namespace, Name: of.Name})
	}
	_, err := d.Token()
	return pods, err
}
