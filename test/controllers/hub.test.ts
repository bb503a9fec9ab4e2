// Which images Docker Hub lacks, told from their names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lacks } from '#runner/controllers/kubelet/hub.ts'

const there = [
  ...['nginx', 'nginx:1', 'nginx:1.7.9', 'nginx:1.29.3-alpine3.22', 'nginx:stable-perl', 'nginx@sha256:0', 'docker.io/library/nginx:1.27'],
  ...['busybox:1.36.1-uclibc', 'redis:7-alpine', 'postgres:16-alpine3.20', 'python:3.12-slim-bookworm', 'ubuntu:22.04', 'node:lts-alpine3.19'],
  ...['wordpress:6.4-php8.2-apache', 'web', 'app:v1', 'my-nginx', 'mongodb', 'nodes', 'example.com/ngnix:1.91', 'team/nginx:1.91'],
]
const lost = {
  tag: ['nginx:1.91', 'nginx:1.161', 'nginx:latests', 'nginx:v1', 'docker.io/library/nginx:1.999'],
  repository: ['ngnix', 'nginxx', 'redis123', 'busybox777', 'mysqll'],
}

test('what is published is there', () => {
  for (const image of there) assert.equal(lacks(image), undefined, image)
})

test('versions that never were, and names that are nearly one, are not there', () => {
  for (const [what, images] of Object.entries(lost)) for (const image of images) assert.equal(lacks(image), what, image)
})
