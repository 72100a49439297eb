// Package hirebot is the root of the module. It holds no code, only tests of the repository as a whole:
// the direction of imports, and the files that build and deploy the program. The program itself is in
// cmd/hirebot.
package hirebot
